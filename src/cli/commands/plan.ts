import type { Argv, CommandModule } from 'yargs';
import { podNotAttached } from '../../errors/index.ts';
import { type Journal, fileJournal } from '../../journal/index.ts';
import { type PodDevice, podKey } from '../../npwg/index.ts';
import { type SandboxRecord, differences } from '../../plan/index.ts';
import { differencesText, planText, planView } from '../../view/index.ts';
import { type ClusterArguments, clusterFor, clusterOptions, namespaceOption, sourceFor } from '../cluster-options.ts';
import { type ExitStatus, type Format, runSearch, outputOption, paintFor, print } from '../output.ts';
import { type PlanSubject, type PlannedPod, planOfCommand } from '../plan-pod.ts';

interface Options extends ClusterArguments {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
  readonly nads?: string | undefined;
  readonly conf?: string | undefined;
  readonly device: readonly PodDevice[];
  readonly diff: boolean;
  readonly 'cni-dir': string;
  readonly output: Format;
}

const planOptions = {
  pod: {
    type: 'string',
    requiresArg: true,
    describe: 'YAML file with the pod, in place of one of the cluster',
  },
  nads: {
    type: 'string',
    requiresArg: true,
    describe: 'Folder of YAML files with NetworkAttachmentDefinitions, in place of those of the cluster',
  },
  conf: {
    type: 'string',
    requiresArg: true,
    describe: 'CNI configuration of Plexus (or Multus) on the node; without it the default network is left open',
  },
  device: {
    type: 'string',
    array: true,
    requiresArg: true,
    default: [],
    coerce: (texts: readonly string[]) => texts.map(deviceOf),
    describe: 'Device to plan with, as kubelet would give it: RESOURCE=ID, or claim:CLAIM/REQUEST=ID',
  },
  diff: {
    type: 'boolean',
    default: false,
    describe: 'On the node of the pod: compare with what is attached, from the journal',
  },
  'cni-dir': {
    type: 'string',
    requiresArg: true,
    default: process.env['PLEXUS_CNI_DIR'] ?? '/var/lib/cni/plexus',
    describe: "diff: the daemon's cniDir",
  },
} as const;

export const planCommand = (end: (status: ExitStatus) => void): CommandModule<object, Options> => ({
  command: 'plan [name]',
  describe: 'Show what a pod would be attached to, and exactly what each plugin would receive; touches nothing',
  builder: (yargs): Argv<Options> =>
    yargs
      .positional('name', { type: 'string', describe: 'Name of a pod of the cluster' })
      .options(planOptions)
      .options({
        ...clusterOptions,
        namespace: { ...namespaceOption, describe: "Namespace of the pod; without it the context's" },
      })
      .option('output', outputOption)
      .check(
        ({ name, pod }) =>
          ((name ?? '') === '') !== (pod === undefined) ||
          'Say which pod: the name of one of the cluster, or --pod with a file.',
      )
      .example('$0 plan --pod pod.yaml --nads .', 'The further networks of a pod')
      .example(
        '$0 plan --pod pod.yaml --nads . --device intel.com/vf=0000:18:02.5',
        'With the device that the pod would be given',
      )
      .example('$0 plan --pod pod.yaml --nads . --conf 00-plexus.conflist -o json', 'All of it, for a script')
      .example(
        '$0 plan db-0 -n shop --conf /etc/cni/net.d/00-plexus.conflist --diff',
        'Whether db-0 is attached as it would be attached now',
      )
      .epilogue(
        'Exit status: 0 done, 1 the pod could not be planned, 2 called wrongly. With --diff: 0 as planned, 1 something differs, 2 could not be done.',
      ),
  handler: async (options) => {
    if (options.diff) return runSearch(end, () => compare(options));
    const { pod, plan } = await planOfCommand(await subjectOf(options));
    const view = planView(podKey(pod), plan);
    await print(options.output, { data: view, text: () => planText(view) });
  },
});

async function subjectOf({ name, namespace, pod, nads, conf, device, ...cluster }: Options): Promise<PlanSubject> {
  const source = sourceFor(cluster, process.env);
  if (name === undefined) return { pod: { file: pod ?? '' }, nads, conf, devices: device, cluster: source };
  return {
    pod: { name, namespace: namespace ?? (await clusterFor(cluster)).namespace },
    nads,
    conf,
    devices: device,
    cluster: source,
  };
}

async function compare(options: Options): Promise<ExitStatus> {
  const subject = await subjectOf(options);
  const first = await planOfCommand(subject);
  const record = await newestRecord(fileJournal(`${options['cni-dir']}/journal`), first.pod);
  if (record === undefined) throw podNotAttached({ pod: podKey(first.pod), folder: options['cni-dir'] });
  const { plan } = await planOfCommand({ ...subject, containerId: record.containerId });
  const attached = record.attachments.map(({ attachment }) => attachment);
  // Without the node's configuration, only the additional networks are known.
  const list =
    options.conf === undefined
      ? differences(plan.attachments.slice(1), attached.slice(1))
      : differences(plan.attachments, attached);
  await print(options.output, { data: list, text: () => differencesText(list, paintFor(process.stdout, process.env)) });
  return list.every(({ kind }) => kind === 'same') ? 0 : 1;
}

async function newestRecord(
  journal: Journal,
  { namespace, name }: PlannedPod['pod'],
): Promise<SandboxRecord | undefined> {
  const isOfPod = ({ complete, pod }: SandboxRecord): boolean =>
    complete && pod?.namespace === namespace && pod.name === name;
  let newest: SandboxRecord | undefined; // Only one record is kept: all records of a node may not fit into memory.
  await journal.list((record) => {
    if (isOfPod(record) && (newest === undefined || newest.createdAt < record.createdAt)) newest = record;
    return undefined;
  });
  return newest;
}

/** vendor/x=ID, or claim:nics/fast=ID. */
function deviceOf(text: string): PodDevice {
  const [, name, id] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || id === undefined)
    throw new Error(`--device ${text} is neither RESOURCE=ID nor claim:CLAIM/REQUEST=ID`);
  if (!name.startsWith('claim:')) return { id, resource: name };
  const [podClaim = '', ...request] = name.slice('claim:'.length).split('/');
  const unknown = { namespace: '', name: podClaim };
  return { id, claimed: { podClaim, claim: unknown, request: request.join('/'), driver: '', pool: '', device: id } };
}
