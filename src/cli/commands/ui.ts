import type { Argv } from 'yargs';
import { connectForViews } from '../../cluster/index.ts';
import { type PodOperations, serveUi } from '../../ui/index.ts';
import { timelineOf } from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ScopeArguments, clusterFor, scopeFor, scopeOptions } from '../cluster-options.ts';
import { type ExitStatus, runSearch, say } from '../output.ts';
import { fetchRecentOperations, socketOption } from '../recent-operations.ts';

interface Options extends ScopeArguments {
  readonly port: number | undefined;
  readonly socket: string;
  readonly 'in-cluster': boolean;
  readonly host: readonly string[] | undefined;
}

/** As in deploy/components/ui. */
const portInCluster = 8080;

// A page that stays open has no time limit for its requests.
const { 'request-timeout': _, ...liveOptions } = scopeOptions;

export const uiCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .options(liveOptions)
      .option('port', {
        type: 'number',
        requiresArg: true,
        describe: `Port on 127.0.0.1 and ::1; default: any free port (0), ${portInCluster} with --in-cluster`,
      })
      .option('socket', {
        ...socketOption,
        describe: `${socketOption.describe}: for the recent operations on pods of this node`,
      })
      .option('in-cluster', {
        type: 'boolean',
        default: false,
        describe:
          "Serve all namespaces with the pod's credentials, without a secret in the address: for a pod, behind a proxy in the same pod that authenticates users",
      })
      .option('host', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'With --in-cluster: a host name by which users reach the proxy',
      })
      .check(checkOptions)
      .example('$0 ui -A', 'All namespaces; prints the address to open')
      .epilogue('Stop it with Ctrl-C. Exit status: 0 stopped, 2 failure.'),
  handler: ({ port, socket, 'in-cluster': inCluster, host: hosts = [], ...scope }) =>
    runSearch(end, async () => {
      const cluster = await (inCluster ? connectForViews({ kind: 'in-cluster' }) : clusterFor(scope));
      const stop = new AbortController();
      for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
      const { url, ended } = await serveUi(
        {
          cluster,
          scope: inCluster && scope.namespace === undefined ? {} : scopeFor(scope, cluster),
          port: port ?? (inCluster ? portInCluster : 0),
          recent: recentAt(socket),
          ...(inCluster && { proxied: { hosts } }),
        },
        stop.signal,
      );
      say(url);
      await ended;
      return 0;
    }),
});

function checkOptions({ port, host, 'in-cluster': inCluster }: Options): true | string {
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    return '--port must be an integer from 0 to 65535';
  return inCluster || host === undefined || '--host needs --in-cluster';
}

// A pod that is retried continuously has hundreds.
const last = 20;

/** The daemon's recent operations of a pod, as the page shows them. */
export const recentAt =
  (socket: string) =>
  async (pod: string): Promise<PodOperations> => {
    const { operations, ...more } = await fetchRecentOperations(socket, { pod, last });
    return { ...more, operations: operations.map(timelineOf) };
  };
