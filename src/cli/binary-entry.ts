import { basename } from 'node:path';
import { runCommandLine } from './command-line.ts';

// The command line as one file. krew installs it under the name that kubectl looks for.
const isKubectlPlugin = basename(process.execPath).startsWith('kubectl-');
process.exitCode = await runCommandLine(process.argv.slice(2), isKubectlPlugin ? 'kubectl plexus' : 'plexus');
