import { setTimeout as delay } from 'node:timers/promises';
import type { Argv } from 'yargs';
import { readInstallation } from '../../cluster/index.ts';
import {
  type InstallationFacts,
  type StatusLine,
  installationStatus,
  statusText,
  topologyOf,
} from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ClusterArguments, clusterFor, clusterOptions, requestSignal, sourceFor } from '../cluster-options.ts';
import { type DataArguments, checkTemplate, dataOptions, printData } from '../listing.ts';
import { type ExitStatus, paintFor, runSearch } from '../output.ts';
import { versionText } from '../version-text.ts';

interface Options extends ClusterArguments, DataArguments {
  readonly wait: boolean;
  readonly timeout: number;
}

const pollMs = 2000;
const readMs = 60_000;

export const statusCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .options(clusterOptions)
      .option('wait', {
        type: 'boolean',
        default: false,
        describe: 'Wait until the daemon is ready and up to date on every node',
      })
      .option('timeout', {
        type: 'number',
        requiresArg: true,
        default: 300,
        describe: 'wait: time limit in seconds',
      })
      .options(dataOptions)
      .check(checkTemplate)
      .check(({ timeout }) => timeout > 0 || '--timeout must be above 0')
      .example('$0 status', 'The state of the installation')
      .example('$0 status --wait --timeout 120', 'After an installation or upgrade, in a script')
      .epilogue('Exit status: 0 every line is ok, 1 one is not (with --wait: daemons not ready in time), 2 failure.'),
  handler: ({ wait, timeout, ...choice }) =>
    runSearch(end, async () => {
      const lines = wait ? await readyLines(choice, AbortSignal.timeout(timeout * 1000)) : await readLines(choice);
      await printData(choice, { data: lines, text: () => statusText(lines, paintFor(process.stdout, process.env)) });
      return lines.some(({ what, state }) => state !== 'ok' && (!wait || isOfDaemon(what))) ? 1 : 0;
    }),
});

const isOfDaemon = (what: string): boolean => ['daemon', 'not ready', 'version', 'networks API'].includes(what);

/** Reads the summary until the daemon is ready everywhere, or the time is up; then returns the last one. */
async function readyLines(choice: ClusterArguments, signal: AbortSignal): Promise<readonly StatusLine[]> {
  for (;;) {
    const lines = await readLines(choice);
    if (signal.aborted || !lines.some(({ what, state }) => state !== 'ok' && isOfDaemon(what))) return lines;
    await delay(pollMs, undefined, { signal }).catch(() => {}); // The next round ends the loop.
  }
}

async function readLines(choice: ClusterArguments): Promise<readonly StatusLine[]> {
  const signal = requestSignal(choice, readMs);
  const cluster = await clusterFor(choice);
  const [installation, overview] = await Promise.all([
    readInstallation(sourceFor(choice, process.env), signal),
    cluster.read({}, signal),
  ]);
  const facts: InstallationFacts = {
    ...installation,
    topology: topologyOf(overview),
    abandoned: overview.warnings?.filter(({ reason }) => reason === 'NetworkAbandoned').length,
    program: versionText(),
  };
  return installationStatus(facts);
}
