import { dirname } from 'node:path';
import { runAsPlugin } from './cni.ts';

// Plexus as one file, for hosts without Node.js: the plugin when a runtime invokes it, and the command line when it has
// arguments.
const words = process.argv.slice(2);
if (words.length === 0) {
  await runAsPlugin(process, dirname(process.execPath));
} else {
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine(words);
}
