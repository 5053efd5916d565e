import { cacheCommandLine, nodeTooOld } from './start.ts';

/** The same command line as a kubectl plugin: `kubectl plexus …`. */
async function main(): Promise<void> {
  const problem = nodeTooOld();
  if (problem !== undefined) {
    process.stderr.write(`plexus: ${problem}\n`);
    process.exitCode = 1;
    return;
  }
  cacheCommandLine(import.meta.dirname);
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2), 'kubectl plexus');
}

void main(); // An outdated Node.js has no await at the top level.
