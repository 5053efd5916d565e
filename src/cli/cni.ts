import { type Answer, failure } from '../attach/index.ts';
import { cniVersions } from '../cni/index.ts';
import { asPlexusError, operationCancelled } from '../errors/index.ts';
import { closeInheritedDescriptors } from './inherited-descriptors.ts';
import { answerDirectly } from './plugin.ts';
import { readStdin } from './stdin.ts';

/** The parts of `process` that a plugin call uses. */
export type PluginProcess = Pick<NodeJS.Process, 'env' | 'stdin' | 'stdout' | 'stderr' | 'on' | 'exit'>;

/**
 * Runs as a CNI plugin whose binary is in `programFolder` (CNI specification, section 2): reads environment and stdin,
 * answers on stdout, and exits. SIGTERM and SIGINT cancel an operation cleanly: attachments are undone first.
 */
export async function runAsPlugin(process: PluginProcess, programFolder: string): Promise<void> {
  const command = process.env['CNI_COMMAND'];
  if (command === undefined || command === '') return printAbout(process);
  closeInheritedDescriptors();
  const cancelled = new AbortController();
  // The runtime is gone, so nobody can receive the answer.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
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

// CNI-11: started manually.
function printAbout(process: PluginProcess): void {
  process.stderr.write(`Plexus, a CNI plugin that attaches pods to several networks. The container runtime calls it.
CNI protocol versions supported: ${cniVersions.join(', ')}
For the command line: plexus --help
`);
}

async function end(process: PluginProcess, answer: Answer): Promise<void> {
  const text = answer.stdout === '' ? '' : `${answer.stdout}\n`;
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  process.exit(answer.exitCode);
}
