import type { CommandModule } from 'yargs';
import { runAsPlugin } from '../cni.ts';

export const cniCommand: CommandModule = {
  command: 'cni',
  describe:
    'Run as the CNI plugin: read CNI_* variables and stdin, answer on stdout (the container runtime calls this)',
  builder: (yargs) =>
    yargs.example('CNI_COMMAND=VERSION $0 cni </dev/null', 'Print the supported versions of the CNI specification'),
  handler: () => runAsPlugin(process, import.meta.dirname),
};
