import type { Argv, CommandModule } from 'yargs';
import type { PodDevice } from '../../npwg/index.ts';
import { planText, planView } from '../../view/index.ts';
import { json, say } from '../output.ts';
import { planFromFiles } from '../plan-from-files.ts';

interface PlanOptions {
  readonly pod: string;
  readonly nads: string;
  readonly conf?: string | undefined;
  readonly device: readonly PodDevice[];
  readonly output: string;
}

export const planCommand: CommandModule<object, PlanOptions> = {
  command: 'plan',
  describe: 'Show what a pod would be attached to, and exactly what each plugin would receive; touches nothing',
  builder: (yargs): Argv<PlanOptions> =>
    yargs
      .option('pod', { type: 'string', demandOption: true, requiresArg: true, describe: 'YAML file with the pod' })
      .option('nads', { type: 'string', demandOption: true, requiresArg: true, describe: 'Folder of YAML files with NetworkAttachmentDefinitions' })
      .option('conf', {
        type: 'string',
        requiresArg: true,
        describe: 'CNI configuration of Plexus (or Multus) on the node; without it the default network is left open',
      })
      .option('device', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        coerce: (texts: readonly string[]) => texts.map(deviceOf),
        describe: 'Device to plan with, as kubelet would give it: RESOURCE=ID, or claim:CLAIM/REQUEST=ID',
      })
      .option('output', { alias: 'o', choices: ['table', 'json'], default: 'table', describe: 'How to print it' })
      .example('$0 plan --pod pod.yaml --nads .', 'The further networks of a pod')
      .example('$0 plan --pod pod.yaml --nads . --device intel.com/vf=0000:18:02.5', 'With the device that the pod would be given')
      .example('$0 plan --pod pod.yaml --nads . --conf 00-plexus.conflist -o json', 'All of it, for a script'),
  handler: async ({ pod, nads, conf, device, output }) => {
    const { name, plan } = await planFromFiles({ pod, nads, conf, devices: device });
    const view = planView(name, plan);
    say(output === 'json' ? json(view) : planText(view));
  },
};

/** vendor/x=ID, or claim:nics/fast=ID. */
function deviceOf(text: string): PodDevice {
  const [, name, id] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || id === undefined) throw new Error(`--device ${text} is neither RESOURCE=ID nor claim:CLAIM/REQUEST=ID`);
  if (!name.startsWith('claim:')) return { id, resource: name };
  const [podClaim = '', ...request] = name.slice('claim:'.length).split('/');
  const unknown = { namespace: '', name: podClaim };
  return { id, claimed: { podClaim, claim: unknown, request: request.join('/'), driver: '', pool: '', device: id } };
}
