import * as module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Loaded before everything else and free of other imports and recent syntax, so that it runs on any Node.js that
// supports modules.

/** The error for a Node.js that cannot run Plexus; undefined if this one can. */
export function nodeTooOld(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return undefined;
  return `PLX-NODE-TOO-OLD: Plexus needs Node.js 22.19 or newer, but this is ${process.versions.node} (${process.execPath}). Install a newer Node.js, or set PLEXUS_NODE to the path of one.`;
}

/** Keeps compiled code beside the program. Not in /tmp, where another user could place code that root would run. */
export function cacheCompiledCode(folder: string): boolean {
  const { status } = module.enableCompileCache(join(folder, '.compile-cache'));
  return status !== module.constants.compileCacheStatus.FAILED;
}

/**
 * Keeps compiled code of the command line: beside the program if possible, otherwise in the user's cache. Root has none
 * there, because sudo may keep the HOME of another user.
 */
export function cacheCommandLine(folder: string): void {
  if (cacheCompiledCode(folder) || process.getuid === undefined || process.getuid() === 0) return;
  cacheCompiledCode(join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'plexus'));
}
