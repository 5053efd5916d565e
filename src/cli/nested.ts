import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { type Env, isMetaPlugin } from '../cni/index.ts';
import { nestedCall } from '../errors/index.ts';
import { pluginMark } from '../host/index.ts';

const mostAncestors = 64;

/**
 * Rejects a call from inside a plugin run with nestedCall. Direct mode runs as root with a configuration that the
 * author of a network may have written. Plexus marks the environment of the plugins it runs, and their children inherit
 * the mark. A plugin can change its environment, so the parent processes are checked too: a parent with CNI_COMMAND is
 * a plugin, also one of another meta-plugin, and a parent whose binary is a meta-plugin runs plugins.
 */
export function assertNotNested(env: Env, proc = '/proc'): void {
  if (env[pluginMark[0]] !== undefined) throw nestedCall({ network: 'a plugin of this pod', plugin: 'plexus' });
  // Numbered as in /proc, because a daemon in a container may see other process IDs.
  for (let pid = parentOf(`${proc}/self`), depth = 0; pid > 0 && depth < mostAncestors; depth++) {
    const runsPlugins = whyNested(`${proc}/${pid}`);
    if (runsPlugins !== undefined) throw nestedCall({ network: `process ${pid} (${runsPlugins})`, plugin: 'plexus' });
    pid = parentOf(`${proc}/${pid}`);
  }
}

function whyNested(folder: string): string | undefined {
  const variables = textOf(`${folder}/environ`).split('\0');
  const isPlugin = variables.some((each) => /^(?:CNI_COMMAND|PLEXUS_NESTED)=./.test(each));
  const program = programOf(folder);
  return isPlugin || isMetaPlugin(program) ? program : undefined;
}

// The name in the second field may contain any character, so count from its closing parenthesis.
function parentOf(folder: string): number {
  const text = textOf(`${folder}/stat`);
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]) || 0;
}

function programOf(folder: string): string {
  try {
    return basename(readlinkSync(`${folder}/exe`));
  } catch {
    return 'unknown'; // It has exited, or cannot be read.
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // As in programOf.
  }
}
