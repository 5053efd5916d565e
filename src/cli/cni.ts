import { type Answer, failure } from '../attach/index.ts';
import { cniVersions } from '../cni/index.ts';
import { asPlexusError, operationCancelled } from '../errors/index.ts';
import { answerDirectly } from './plugin.ts';
import { readStdin } from './stdin.ts';

/** The parts of `process` that a plugin call uses. */
export type PluginProcess = Pick<NodeJS.Process, 'env' | 'stdin' | 'stdout' | 'stderr' | 'on' | 'exit'>;

/**
 * Runs as a CNI plugin, whose program is in `programFolder`: reads environment and stdin, answers on stdout, ends the
 * process. SIGTERM and SIGINT end an operation in order: what was attached is undone first. CNI specification, section
 * 2.
 */
export async function runAsPlugin(process: PluginProcess, programFolder: string): Promise<void> {
  const command = process.env['CNI_COMMAND'];
  if (command === undefined || command === '') return about(process);
  const cancelled = new AbortController();
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // the runtime has gone: nobody is left to be told
  process.on('uncaughtException', (error) => void end(process, failure(asPlexusError(error), environmentOf(process))));
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => cancelled.abort(operationCancelled({ command, reason: `received ${name}` })));
  const call = {
    env: environmentOf(process),
    readStdin: () => readStdin(process.stdin, command === 'VERSION'),
    programFolder,
  };
  await end(process, await answerDirectly(call, cancelled.signal));
}

const environmentOf = (process: PluginProcess): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined));

// CNI-11: started by hand
function about(process: PluginProcess): void {
  process.stderr
    .write(`Plexus, a CNI plugin that attaches pods to several networks. It is called by the container runtime.
CNI protocol versions supported: ${cniVersions.join(', ')}
For people: plexus --help
`);
}

async function end(process: PluginProcess, answer: Answer): Promise<void> {
  const text = answer.stdout === '' ? '' : `${answer.stdout}\n`;
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  process.exit(answer.exitCode);
}
