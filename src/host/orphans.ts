import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxInterface } from './host.ts';

/** In the environment of every plugin that Plexus runs, here and in the program on the host. */
export const pluginMark = ['PLEXUS_NESTED', '1'] as const;

// as long as a keeper of the shim gives them (docs/decisions/0006-plugins-may-end.md)
const momentMs = 2000;
const lookMs = 20;
const mostLooks = (2 * momentMs) / lookMs;

/**
 * Waits until no plugin works at the ADD of an interface whose Plexus was killed. One that does not end within a moment
 * is killed with its children. Returns after a bounded time whatever they do.
 */
export async function settleOrphans(of: SandboxInterface, signal: AbortSignal): Promise<void> {
  for (let looks = 0; looks < mostLooks && !signal.aborted; looks++) {
    const left = orphansOf(of);
    if (left.length === 0) return;
    if (looks * lookMs >= momentMs) for (const pid of left) kill(pid);
    await delay(lookMs, undefined, { signal }).catch(() => {}); // the loop's condition says what an abort means
  }
}

/** Processes with the variables of such a plugin: it, and what it has started. */
function orphansOf({ containerId, interfaceName }: SandboxInterface): readonly number[] {
  const wanted = [
    pluginMark.join('='),
    'CNI_COMMAND=ADD',
    `CNI_CONTAINERID=${containerId}`,
    `CNI_IFNAME=${interfaceName}`,
  ];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const variables = environmentOf(name).split('\0');
      return wanted.every((each) => variables.includes(each));
    })
    .map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // it has just ended, or is none of ours
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
