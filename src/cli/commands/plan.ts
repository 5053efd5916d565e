import type { Argv } from 'yargs';
import { podNotAttached } from '../../errors/index.ts';
import { type Journal, fileJournal } from '../../journal/index.ts';
import { type PodDevice, podKey } from '../../npwg/index.ts';
import { type SandboxRecord, differences, withRecordedNames } from '../../plan/index.ts';
import { differencesText, planText, planView } from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { clusterFor, namespaceOption, sourceFor } from '../cluster-options.ts';
import { type NodeChoice, nodeChoiceOptions, runOnNode } from '../on-node.ts';
import { type ExitStatus, type Format, runSearch, outputOption, paintFor, print } from '../output.ts';
import { type PlanSubject, type PlannedPod, planOfCommand } from '../plan-pod.ts';
import { flag, podNamed } from '../words.ts';

interface Options extends NodeChoice {
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
    describe: 'YAML file with the pod, instead of a pod of the cluster',
  },
  nads: {
    type: 'string',
    requiresArg: true,
    describe: 'Folder of YAML files with NetworkAttachmentDefinitions, instead of those of the cluster',
  },
  conf: {
    type: 'string',
    requiresArg: true,
    describe:
      'CNI configuration of Plexus (or Multus) on the node; default: that of this node in PLEXUS_CNI_CONF_DIR; without any, the default network is unknown',
  },
  device: {
    type: 'string',
    array: true,
    requiresArg: true,
    default: [],
    coerce: (texts: readonly string[]) => texts.map(deviceOf),
    describe: 'Device to plan with, as kubelet would allocate it: RESOURCE=ID, or claim:CLAIM/REQUEST=ID',
  },
  diff: {
    type: 'boolean',
    default: false,
    describe: 'Compare with what is attached according to the journal; run this on the node of the pod',
  },
  'cni-dir': {
    type: 'string',
    requiresArg: true,
    default: process.env['PLEXUS_CNI_DIR'] ?? '/var/lib/cni/plexus',
    describe: "diff: the daemon's cniDir",
  },
} as const;

export const planCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .positional('name', { type: 'string', describe: 'Pod of the cluster: NAME, NAMESPACE/NAME or pod/NAME' })
      .options(planOptions)
      .options({
        ...nodeChoiceOptions,
        namespace: { ...namespaceOption, describe: 'Namespace of the pod; default: that of the context' },
      })
      .option('output', outputOption)
      .check(
        ({ name, pod }) =>
          ((name ?? '') === '') !== (pod === undefined) || 'Specify a pod of the cluster, or pass a file with --pod.',
      )
      .example('$0 plan db-0 -n shop --node worker-3', 'The networks of db-0 with the configuration of that node')
      .example('$0 plan --pod pod.yaml --nads .', 'The additional networks of a pod')
      .example(
        '$0 plan --pod pod.yaml --nads . --device intel.com/vf=0000:18:02.5',
        'With a device that kubelet would allocate to the pod',
      )
      .example('$0 plan --pod pod.yaml --nads . --conf 00-plexus.conflist -o json', 'All of it, for a script')
      .example(
        '$0 plan db-0 -n shop --conf /etc/cni/net.d/00-plexus.conflist --diff',
        'Compare how db-0 is attached with how it would be attached now',
      )
      .check(
        ({ name, node }) =>
          node === undefined || (name ?? '') !== '' || '--node needs a pod of the cluster, not a file.',
      )
      .epilogue(
        'Exit status: 0 success, 1 the pod could not be planned, 2 wrong usage. With --diff: 0 as planned, 1 differences, 2 failure.',
      ),
  handler: async (given) => {
    const options = given.name === undefined ? given : { ...given, ...podNamed(given.name) };
    if (options.node !== undefined) return end(await elsewhere(options));
    if (options.diff) return runSearch(end, () => compare(options));
    const { pod, plan, isDefaultKnown } = await planOfCommand(await subjectOf(options));
    const view = planView(podKey(pod), plan, { isDefaultKnown });
    await print(options.output, { data: view, text: () => planText(view) });
  },
});

/** Plans with the node's configuration, in the daemon of the node. */
async function elsewhere(options: Options): Promise<ExitStatus> {
  const { name = '', diff, output, device, node } = options;
  const namespace = options.namespace ?? (await clusterFor(options)).namespace;
  const devices = device.flatMap((each) => flag('device', deviceText(each)));
  const words = ['plan', name, ...flag('namespace', namespace), ...flag('diff', diff), ...flag('output', output)];
  return runOnNode({ ...options, node }, [...words, ...devices]);
}

const deviceText = ({ id, resource, claimed }: PodDevice): string =>
  claimed === undefined
    ? `${resource ?? ''}=${id}`
    : `claim:${claimed.podClaim}${claimed.request === '' ? '' : `/${claimed.request}`}=${id}`;

async function subjectOf({ name, namespace, pod, nads, conf, device, ...cluster }: Options): Promise<PlanSubject> {
  const source = sourceFor(cluster, process.env);
  const more = { nads, conf, devices: device, cluster: source, requestMs: cluster['request-timeout'] };
  if (name === undefined) return { pod: { file: pod ?? '' }, ...more };
  return { pod: { name, namespace: namespace ?? (await clusterFor(cluster)).namespace }, ...more };
}

async function compare(options: Options): Promise<ExitStatus> {
  const subject = await subjectOf(options);
  const first = await planOfCommand(subject);
  const record = await newestRecord(fileJournal(`${options['cni-dir']}/journal`), first.pod);
  if (record === undefined) throw podNotAttached({ pod: podKey(first.pod), folder: options['cni-dir'] });
  const { plan, isDefaultKnown } = await planOfCommand({ ...subject, containerId: record.containerId });
  const planned = withRecordedNames(plan.attachments, record);
  const attached = record.attachments.map(({ attachment }) => attachment);
  // Without the node's configuration, only the additional networks are known.
  const list = isDefaultKnown ? differences(planned, attached) : differences(planned.slice(1), attached.slice(1));
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
