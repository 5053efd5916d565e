import { isNetnsMissing } from '../../errors/index.ts';
import type { Host } from '../../host/index.ts';
import type { Journal } from '../../journal/index.ts';
import { type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import { resultOf } from './recorded-result.ts';

/**
 * Where the path of a sandbox's namespace leads now: `own`, to interfaces that its plugins made (by name and MAC);
 * `other`, to none of them, although their MACs are known; `missing`, nowhere; `unknown`, it cannot be determined.
 */
export type NamespaceNow = 'own' | 'other' | 'missing' | 'unknown';

/**
 * Looks at the namespace of a recorded sandbox. A path is given again by some runtimes: that alone says nothing. Never
 * rejects.
 */
export async function namespaceNow(record: SandboxRecord, host: Host, signal: AbortSignal): Promise<NamespaceNow> {
  // of a process: its number means something in one process-ID namespace only, and is given again
  if (record.netns === '' || record.netns.startsWith('/proc/')) return 'unknown';
  try {
    const links = await host.listLinks(record.netns, signal);
    const made = interfacesOf(record);
    if (made.some(({ name, mac }) => links.some((link) => link.name === name && link.mac === mac))) return 'own';
    return made.length === 0 ? 'unknown' : 'other';
  } catch (thrown) {
    return isNetnsMissing(thrown) ? 'missing' : 'unknown';
  }
}

/**
 * Whether another sandbox of the journal has that path as well: it may be alive there, and the interfaces do not always
 * distinguish the two (ipvlan: one MAC for all; an ADD that was cut off: nothing is known).
 */
export const isPathOfAnother = ({ containerId, netns }: SandboxPath, others: readonly SandboxPath[]): boolean =>
  others.some((other) => other.containerId !== containerId && other.netns === netns);

/** A sandbox and the path of its namespace. */
export type SandboxPath = Pick<SandboxRecord, 'containerId' | 'netns'>;

/** Those of all records. */
export const sandboxPaths = async (journal: Pick<Journal, 'list'>): Promise<readonly SandboxPath[]> =>
  (await journal.list(({ containerId, netns }) => ({ containerId, netns }))).found;

// What DEL took away already is not looked for. A MAC that several sandboxes may have (ipvlan: the master's) proves
// nothing, but then such a namespace counts as this sandbox's own, which is the safe mistake.
const interfacesOf = ({ attachments }: SandboxRecord) =>
  attachments
    .filter((entry) => !isAbandoned(entry))
    .flatMap((entry) => resultOf(entry)?.interfaces ?? [])
    .filter(({ sandbox, mac }) => (sandbox ?? '') !== '' && (mac ?? '') !== '')
    .map(({ name, mac }) => ({ name, mac: mac?.toLowerCase() }));
