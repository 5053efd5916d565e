import type { CommandBody } from '../command-table.ts';
import { runAsPlugin } from '../cni.ts';

export const cniCommand: CommandBody<object> = {
  builder: (yargs) =>
    yargs.example('CNI_COMMAND=VERSION $0 cni </dev/null', 'Print the supported versions of the CNI specification'),
  handler: () => runAsPlugin(process, import.meta.dirname),
};
