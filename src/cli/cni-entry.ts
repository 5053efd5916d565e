import * as module from 'node:module';
import { join } from 'node:path';

// Only this file must run on any Node.js version, so that an outdated one is reported in a form that a container
// runtime understands.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  const msg = `PLX-NODE-TOO-OLD: Plexus needs Node.js 22.19 or newer, but this is ${process.versions.node} (${process.execPath}). Install a newer Node.js, or set PLEXUS_NODE to the path of one.`;
  process.stdout.write(`${JSON.stringify({ cniVersion: '1.1.0', code: 5, msg })}\n`);
  process.exitCode = 1;
} else {
  // Beside the program and not in /tmp, where another user could place code that root would run.
  module.enableCompileCache(join(import.meta.dirname, '.compile-cache'));
  const { runAsPlugin } = await import('./cni.ts');
  await runAsPlugin(process, import.meta.dirname);
}
