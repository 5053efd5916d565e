import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxInterface } from './host.ts';

/** Set in the environment of every plugin that Plexus runs, here and in the shim. */
export const pluginMark = ['PLEXUS_NESTED', '1'] as const;

// The same time that the shim's keeper allows (docs/decisions/0006-plugins-may-end.md).
const graceMs = 2000;
const pollMs = 20;
const mostRounds = (2 * graceMs) / pollMs;

/**
 * Waits until no plugin is still running the ADD of an interface whose Plexus process was killed. A plugin that does
 * not exit within a moment is killed with its children. Always returns within a bounded time.
 */
export async function settleOrphans(of: SandboxInterface, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < mostRounds && !signal.aborted; round++) {
    const left = orphansOf(of);
    if (left.length === 0) return;
    if (round * pollMs >= graceMs) for (const pid of left) kill(pid);
    await delay(pollMs, undefined, { signal }).catch(() => {}); // The loop's condition handles an abort.
  }
}

/** Processes with the environment of such a plugin: the plugin and its children. */
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
    return ''; // It has just exited, or belongs to another user.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just exited.
  }
}
