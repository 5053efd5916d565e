import { cacheCommandLine, nodeTooOld } from './start.ts';

// The plugin is invoked for every pod, so it never loads the command line.
const isPlugin = process.argv[2] === 'cni' && process.argv.length === 3;

async function main(): Promise<void> {
  const problem = nodeTooOld();
  if (problem !== undefined) {
    if (isPlugin) process.stdout.write(`${JSON.stringify({ cniVersion: '1.1.0', code: 5, msg: problem })}\n`);
    else process.stderr.write(`plexus: ${problem}\n`);
    process.exitCode = 1;
    return;
  }
  cacheCommandLine(import.meta.dirname);
  if (isPlugin) {
    const { runAsPlugin } = await import('./cni.ts');
    await runAsPlugin(process, import.meta.dirname);
  } else {
    const { runCommandLine } = await import('./command-line.ts');
    process.exitCode = await runCommandLine(process.argv.slice(2));
  }
}

void main(); // An outdated Node.js has no await at the top level.
