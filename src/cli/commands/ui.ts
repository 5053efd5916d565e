import type { Argv, CommandModule } from 'yargs';
import { type PodOperations, serveUi } from '../../ui/index.ts';
import { timelineOf } from '../../view/index.ts';
import { type ScopeArguments, clusterFor, scopeFor, scopeOptions } from '../cluster-options.ts';
import { type ExitStatus, runSearch, say } from '../output.ts';
import { fetchRecentOperations, socketOption } from '../recent-operations.ts';

interface Options extends ScopeArguments {
  readonly port: number;
  readonly socket: string;
}

export const uiCommand = (end: (status: ExitStatus) => void): CommandModule<object, Options> => ({
  command: 'ui',
  describe: 'Serve a live page with networks, pods and problems for the browser on this machine; changes nothing',
  builder: (yargs): Argv<Options> =>
    yargs
      .options(scopeOptions)
      .option('port', {
        type: 'number',
        requiresArg: true,
        default: 0,
        describe: 'Port on 127.0.0.1 and ::1; 0: any free port',
      })
      .option('socket', {
        ...socketOption,
        describe: `${socketOption.describe}: for the recent operations on pods of this node`,
      })
      .check(
        ({ port }) =>
          (Number.isInteger(port) && port >= 0 && port <= 65_535) || '--port must be an integer from 0 to 65535',
      )
      .example('$0 ui -A', 'All namespaces; prints the address to open')
      .epilogue('Stop it with Ctrl-C. Exit status: 0 stopped, 2 failure.'),
  handler: ({ port, socket, ...scope }) =>
    runSearch(end, async () => {
      const cluster = await clusterFor(scope);
      const stop = new AbortController();
      for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
      const { url, ended } = await serveUi(
        { cluster, scope: scopeFor(scope, cluster), port, recent: recentAt(socket) },
        stop.signal,
      );
      say(url);
      await ended;
      return 0;
    }),
});

// A pod that is retried continuously has hundreds.
const last = 20;

/** The daemon's recent operations of a pod, as the page shows them. */
export const recentAt =
  (socket: string) =>
  async (pod: string): Promise<PodOperations> => {
    const { operations, ...more } = await fetchRecentOperations(socket, { pod, last });
    return { ...more, operations: operations.map(timelineOf) };
  };
