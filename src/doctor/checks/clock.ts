import { problemOf } from '../../errors/index.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import { type NodeScene, inState } from '../node-scene.ts';
import { counted, fewOf, sandboxName } from '../state-files.ts';

const oldest = Date.parse('2025-01-01T00:00:00Z');
const toleranceMs = 5 * 60_000;

/** Whether the node's clock and boot ID are plausible. */
export const clock: Check<NodeScene> = {
  id: 'PLX-D-CLOCK',
  good: 'the clock and the boot ID of the node are plausible',
  finds:
    'a clock that is years wrong or behind the records of the journal, which invalidates tokens and certificates, or a missing boot ID',
  fix: 'Set the clock: run chrony or systemd-timesyncd on the node.',
  place: (scene) => inState(scene, 'journal'),
  look: async ({ now, journal, bootId }) => {
    const seen: Seen[] = [];
    const time = now();
    if (time < oldest)
      seen.push({
        severity: 'error',
        what: `the clock shows ${new Date(time).toISOString()}`,
        where: 'the clock of this node',
      });
    const { records, why } = await journal().catch((error: unknown) => ({ records: [], why: problemOf(error) }));
    if (why !== undefined) seen.push(unknown(`records of the journal: ${why}`));
    const future = records.filter(({ createdAt }) => Date.parse(createdAt) > time + toleranceMs);
    if (future.length > 0)
      seen.push({
        severity: 'warning',
        what: `${counted(future.length, 'record')} from the future: the clock was set back, or was wrong when they were written`,
        evidence: fewOf(future.map((record) => `${sandboxName(record)}: ${record.createdAt}`)),
      });
    if (!/^[0-9a-f-]{36}$/.test(await bootId()))
      seen.push({
        severity: 'warning',
        what: 'the kernel provides no boot ID',
        where: '/proc/sys/kernel/random/boot_id',
      });
    return seen;
  },
};
