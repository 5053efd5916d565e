import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { undoLost } from '../../src/attach/index.ts';
import { deviceInfoFiles } from '../../src/devices/index.ts';
import { linkLost } from '../../src/errors/index.ts';
import { localHost } from '../../src/host/index.ts';
import { fileJournal, fileLocks } from '../../src/journal/index.ts';
import { parseSettings } from '../../src/plan/index.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { patience } from '../support/patience.ts';

it('does not abandon a lost sandbox when the host agent disconnects; the next agent undoes it', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-lost-'));
  const journal = fileJournal(join(folder.path, 'journal'));
  const record = sampleRecord({ complete: true });
  await journal.write(record);
  const deps = {
    settings: parseSettings({ cniVersion: '1.0.0', name: 'plexus', type: 'plexus-cni', delegates: [{ type: 'none' }] })
      .settings,
    host: { ...localHost(), runPlugin: () => Promise.reject(linkLost({ what: 'work of the host agent' })) },
    deviceInfo: deviceInfoFiles('/nowhere'),
    journal,
    locks: fileLocks(join(folder.path, 'locks')),
    report: () => {},
    now: Date.now,
    path: [folder.path],
  };
  await expect(undoLost(record, async () => true, deps, patience())).rejects.toMatchObject({ id: 'PLX-LINK-LOST' });
  expect(await journal.read(record)).toEqual(record);
});
