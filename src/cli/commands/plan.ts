import type { Argv, CommandModule } from 'yargs';
import { planText, planView } from '../../view/index.ts';
import { json, say } from '../output.ts';
import { planFromFiles } from '../plan-from-files.ts';

interface PlanOptions {
  readonly pod: string;
  readonly nads: string;
  readonly conf?: string | undefined;
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
      .option('output', { alias: 'o', choices: ['table', 'json'], default: 'table', describe: 'How to print it' })
      .example('$0 plan --pod pod.yaml --nads .', 'The further networks of a pod')
      .example('$0 plan --pod pod.yaml --nads . --conf 00-plexus.conflist -o json', 'All of it, for a script'),
  handler: async ({ pod, nads, conf, output }) => {
    const { name, plan } = await planFromFiles({ pod, nads, conf });
    const view = planView(name, plan);
    say(output === 'json' ? json(view) : planText(view));
  },
};
