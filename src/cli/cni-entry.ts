import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Beside the program and not in /tmp, where somebody else could put code for root to run.
enableCompileCache(join(import.meta.dirname, '.compile-cache'));
const { runAsPlugin } = await import('./cni.ts');
await runAsPlugin(process);
