import type { CommandModule } from 'yargs';
import { runAsPlugin } from '../cni.ts';

export const cniCommand: CommandModule = {
  command: 'cni',
  describe: 'Be the CNI plugin: read CNI_* variables and stdin, answer on stdout (called by the container runtime)',
  builder: (yargs) =>
    yargs.example('CNI_COMMAND=VERSION $0 cni </dev/null', 'Ask which versions of the CNI specification it speaks'),
  handler: () => runAsPlugin(process, import.meta.dirname),
};
