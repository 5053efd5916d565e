import { cacheCompiledCode, nodeTooOld } from './start.ts';

// An outdated Node.js is reported in a form that a container runtime understands.
const problem = nodeTooOld();
if (problem !== undefined) {
  process.stdout.write(`${JSON.stringify({ cniVersion: '1.1.0', code: 5, msg: problem })}\n`);
  process.exitCode = 1;
} else {
  cacheCompiledCode(import.meta.dirname);
  const { runAsPlugin } = await import('./cni.ts');
  await runAsPlugin(process, import.meta.dirname);
}
