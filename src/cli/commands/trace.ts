import { existsSync } from 'node:fs';
import type { Argv } from 'yargs';
import { notOnNode, nothingRecorded } from '../../errors/index.ts';
import type { RecordedOperation } from '../../report/index.ts';
import { operationsText, timelinesText } from '../../view/index.ts';
import { observeSocketOf } from '../../host/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type NodeChoice, nodeChoiceOptions, runOnNode } from '../on-node.ts';
import { type DataArguments, checkTemplate, dataFlags, namedDataOptions, printData } from '../listing.ts';
import type { ExitStatus } from '../output.ts';
import { fetchRecentOperations, socketOption } from '../recent-operations.ts';
import { flag, podNamed } from '../words.ts';

interface TraceOptions extends NodeChoice, DataArguments {
  readonly what?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace: string;
  readonly socket: string;
  readonly last?: number | undefined;
  readonly verbose: boolean;
}

export const traceCommand = (end: (status: ExitStatus) => void): CommandBody<TraceOptions> => ({
  builder: (yargs): Argv<TraceOptions> =>
    yargs
      .positional('what', {
        choices: ['pod', 'sandbox'],
        describe: 'Whose operations; default: a list of all recorded ones',
      })
      .positional('name', {
        type: 'string',
        describe: 'NAME or NAMESPACE/NAME of the pod, or container ID of the sandbox (a unique beginning is enough)',
      })
      .option('namespace', {
        alias: 'n',
        type: 'string',
        requiresArg: true,
        default: 'default',
        describe: 'Namespace of the pod',
      })
      .option('last', { type: 'number', requiresArg: true, describe: 'Show only this many operations, newest first' })
      .option('verbose', {
        alias: 'v',
        type: 'boolean',
        default: false,
        describe: 'Also show what each plugin read and wrote; secrets are masked',
      })
      .option('socket', socketOption)
      .options(nodeChoiceOptions)
      .options(namedDataOptions)
      .check(checkTemplate)
      .check(({ what, name }) => (what === undefined) === (name === undefined) || `Specify the ${what ?? 'pod'}.`)
      .check(
        ({ last }) =>
          last === undefined || (Number.isInteger(last) && last > 0) || '--last must be an integer, 1 or more',
      )
      .example('$0 trace --node worker-3', 'Every operation that the daemon of that node has recorded')
      .example('$0 trace --node worker-3 -o name', 'The container IDs of their sandboxes, for trace sandbox')
      .example('$0 trace pod db-0 -n shop', 'The operations on that pod, as timelines')
      .example('$0 trace pod db-0 -n shop --last 1 --verbose', 'With what each plugin read and wrote')
      .epilogue(
        'Without --node, the daemon of this machine answers if there is one, otherwise that of the node of the pod. See docs/observability.md.',
      ),
  handler: async (given) => {
    const options = given.what === 'pod' ? { ...given, ...podNamed(given.name ?? '') } : given;
    const { what, name = '', namespace, last } = options;
    if (options.node !== undefined || !existsSync(observeSocketOf(options.socket)))
      return end(await elsewhere(options));
    const { operations } = await fetchRecentOperations(options.socket, {
      ...(what === 'pod' && { pod: `${namespace}/${name}` }),
      ...(what === 'sandbox' && { sandbox: name }),
      ...(last !== undefined && { last }),
    });
    if (operations.length === 0 && options.name !== undefined) throw nothingRecorded({ what: askedFor(options) });
    await printData(options, {
      data: operations,
      names: () => [...new Set(operations.map(({ sandbox }) => sandbox))],
      text: () => textOf(operations, options),
    });
  },
});

/** Runs the command in the daemon of the node. Rejects with notOnNode if nothing determines the node. */
async function elsewhere(options: TraceOptions): Promise<ExitStatus> {
  const { node, what, name = '', namespace, last, verbose, socket } = options;
  if (node === undefined && what !== 'pod')
    throw notOnNode({ what: `it has no socket of a daemon (${observeSocketOf(socket)})` });
  const words = [
    'trace',
    ...(what === undefined ? [] : [what, name]),
    ...flag('namespace', namespace),
    ...flag('last', last),
    ...flag('verbose', verbose),
    ...dataFlags(options),
  ];
  return runOnNode(options, words, { namespace, name });
}

const askedFor = ({ what, name, namespace }: TraceOptions): string =>
  what === 'pod' ? `pod ${namespace}/${name}` : `sandbox ${name}`;

function textOf(operations: readonly RecordedOperation[], { what, verbose }: TraceOptions): string {
  if (operations.length === 0) return 'no operations are recorded';
  return what === undefined && !verbose ? operationsText(operations) : timelinesText(operations, verbose);
}
