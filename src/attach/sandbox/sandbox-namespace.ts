import { isNetnsMissing } from '../../errors/index.ts';
import type { Host } from '../../host/index.ts';
import type { Journal } from '../../journal/index.ts';
import { type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import { resultOf } from './recorded-result.ts';

/**
 * What the path of a sandbox's namespace leads to now. `own`: interfaces that its plugins created, by name and MAC.
 * `other`: none of them, although their MACs are recorded. `missing`: nothing. `unknown`: this cannot be determined.
 */
export type NamespaceNow = 'own' | 'other' | 'missing' | 'unknown';

/**
 * Inspects the namespace of a recorded sandbox. Some runtimes reuse paths, so an existing path alone proves nothing.
 * Never rejects.
 */
export async function namespaceNow(record: SandboxRecord, host: Host, signal: AbortSignal): Promise<NamespaceNow> {
  // the path of a process: its ID is valid in one process-ID namespace only, and is reused
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
 * Whether the record of another sandbox has the same path. That sandbox may be alive there, and interfaces do not
 * always distinguish the two: all ipvlan interfaces share one MAC, and an interrupted ADD recorded none.
 */
export const isPathOfAnother = ({ containerId, netns }: SandboxPath, others: readonly SandboxPath[]): boolean =>
  others.some((other) => other.containerId !== containerId && other.netns === netns);

/** A sandbox and the path of its namespace. */
export type SandboxPath = Pick<SandboxRecord, 'containerId' | 'netns'>;

/** The sandboxes of all records, with their paths. */
export const sandboxPaths = async (journal: Pick<Journal, 'list'>): Promise<readonly SandboxPath[]> =>
  (await journal.list(({ containerId, netns }) => ({ containerId, netns }))).found;

// Omits interfaces that DEL has already removed. A MAC that several sandboxes may share (with ipvlan, that of the
// master) proves nothing; such a namespace counts as the sandbox's own, which is the safe assumption.
const interfacesOf = ({ attachments }: SandboxRecord) =>
  attachments
    .filter((entry) => !isAbandoned(entry))
    .flatMap((entry) => resultOf(entry)?.interfaces ?? [])
    .filter(({ sandbox, mac }) => (sandbox ?? '') !== '' && (mac ?? '') !== '')
    .map(({ name, mac }) => ({ name, mac: mac?.toLowerCase() }));
