import { runCommandLine } from './command-line.ts';

// The same command line as a kubectl plugin: `kubectl plexus …`.
process.exitCode = await runCommandLine(process.argv.slice(2), 'kubectl plexus');
