import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isGoneFromPci } from '../../src/devices/devices.ts';

describe('isGone', () => {
  it('is true only for a PCI address that is missing from the kernel’s list, if there is a list', async () => {
    await using dir = await mkdtempDisposable(join(tmpdir(), 'plexus-pci-'));
    const folder = join(dir.path, 'devices');
    expect(await isGoneFromPci('0000:18:02.5', folder)).toBe(false);
    await mkdir(folder);
    expect(await isGoneFromPci('0000:18:02.5', folder)).toBe(false);
    await writeFile(join(folder, '0000:18:02.f'), '');
    await writeFile(join(folder, '0000:3b:00.1'), '');
    expect(await isGoneFromPci('0000:18:02.5', folder)).toBe(true);
    expect(await isGoneFromPci('0000:3B:00.1', folder)).toBe(false);
    expect(await isGoneFromPci('vdpa-3', folder)).toBe(false);
  });
});
