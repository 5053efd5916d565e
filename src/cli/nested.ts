import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { type Env, isMetaPlugin } from '../cni/index.ts';
import { nestedCall } from '../errors/index.ts';
import { pluginMark } from '../host/index.ts';

const mostAncestors = 64;

/**
 * Refuses a call from inside the run of a plugin: direct mode is root with a configuration that the author of a network
 * may have written. A plugin that Plexus runs has a mark in its environment, which the plugins that it runs inherit. An
 * environment can be changed on the way, so the parent processes are checked too: one with CNI_COMMAND is a plugin,
 * also of another meta-plugin, and one whose program is a meta-plugin's runs plugins for others. nestedCall.
 */
export function assertNotNested(env: Env, proc = '/proc'): void {
  if (env[pluginMark[0]] !== undefined) throw nestedCall({ network: 'a plugin of this pod', plugin: 'plexus' });
  // as /proc numbers it: a daemon in a container may have numbers of its own
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

// the name in the second field may hold anything, so count from its closing parenthesis
function parentOf(folder: string): number {
  const text = textOf(`${folder}/stat`);
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]) || 0;
}

function programOf(folder: string): string {
  try {
    return basename(readlinkSync(`${folder}/exe`));
  } catch {
    return 'unknown'; // it has ended, or cannot be read
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // as in programOf
  }
}
