import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { type Kept, bridge, keptFolder } from './keeping.ts';

const own = '00-plexus.conflist';
let kept: Kept;
beforeEach(async () => void (kept = await keptFolder()));
afterEach(() => kept.remove());

const isFirst = async (): Promise<boolean> => (await kept.files())[0] === own;
const text = async (): Promise<string> => kept.read(own).catch(() => '');
const namesNetwork = (file: string) => async (): Promise<boolean> =>
  (await text()).includes(`"${join(kept.folder, file)}"`);
const warnings = (): string => kept.steps.map((step) => (step.kind === 'warning' ? step.text : '')).join('\n');

async function started(): Promise<void> {
  await kept.put('10-net.conf', bridge('cbr0'));
  kept.start();
  await waitFor('our configuration', isFirst);
}

describe('the configuration of Plexus', () => {
  it('NPWG-92: is written as soon as there is a default network, and not before', async () => {
    kept.start();
    await waitFor('the warning', async () =>
      warnings().includes(
        'no file contains a network configuration; Plexus writes its configuration as soon as there is one',
      ),
    );
    expect(await kept.files()).toEqual([]);
    await kept.put('10-net.conflist', '{"name":"cbr0",'); // A truncated file.
    await kept.put(
      '10-net.conflist',
      '{"name":"cbr0","cniVersion":"0.3.1","plugins":[{"type":"x","capabilities":{"bandwidth":true}}]}',
    );
    await waitFor('our configuration', isFirst);
    expect(JSON.parse(await text())).toEqual({
      cniVersion: '0.3.1',
      name: 'cbr0',
      loadOnlyInlinedPlugins: true,
      plugins: [
        {
          type: 'plexus',
          capabilities: { bandwidth: true, 'io.kubernetes.cri.pod-annotations': true },
          clusterNetwork: join(kept.folder, '10-net.conflist'),
        },
      ],
    });
    expect((await stat(join(kept.folder, own))).mode & 0o777).toBe(0o644);
    expect(kept.displacements()).toEqual([]);
  });

  it('K8S-52: is written atomically, followed by one more write event in the folder', async () => {
    await kept.put('10-net.conf', bridge('cbr0'));
    const events: string[] = [];
    const watcher: FSWatcher = watch(kept.folder, (kind, name) =>
      events.push(`${kind} ${String(name).replace(/^\.new-.*/, '.new')}`),
    );
    kept.start();
    await waitFor(
      'the write event',
      async () =>
        events.lastIndexOf('change .plexus-written') > events.indexOf(`rename ${own}`) &&
        events.includes(`rename ${own}`),
    );
    watcher.close();
    // Written under a name that no runtime reads, then renamed, never written in place.
    expect(events.slice(0, events.indexOf(`rename ${own}`) + 1)).toEqual([
      'rename .new',
      'change .new',
      'rename .new',
      `rename ${own}`,
    ]);
    expect(events).not.toContain(`change ${own}`);
  });

  it('is not rewritten if nothing has changed, and stays when the keeper ends', async () => {
    await started();
    const before = await stat(join(kept.folder, own));
    await kept.stop();
    kept.start();
    await kept.put('99-other.conf', bridge('other'));
    await waitFor('a look', async () => kept.steps.length >= 1);
    await kept.stop();
    expect((await stat(join(kept.folder, own))).ino).toBe(before.ino);
    expect((await readdir(kept.folder)).toSorted()).toEqual(['.plexus-written', own, '10-net.conf', '99-other.conf']);
  });

  it('K8S-69: follows the default network, and stays while that is missing', async () => {
    await started();
    await kept.put('10-net.conf', bridge('cbr0', { capabilities: { portMappings: true } }));
    await waitFor('the capability', async () => (await text()).includes('portMappings'));
    await rename(join(kept.folder, '10-net.conf'), join(kept.folder, '05-net.conf'));
    await waitFor('the new name', namesNetwork('05-net.conf'));
    const before = await text();
    await unlink(join(kept.folder, '05-net.conf'));
    await waitFor('the warning', async () => warnings().includes('the configuration of Plexus stays unchanged'));
    expect(await text()).toBe(before);
    await kept.put('20-calico.conf', bridge('k8s-pod-network'));
    await waitFor('the other network', namesNetwork('20-calico.conf'));
    expect(kept.displacements()).toEqual([]);
  });

  it('follows the configured default network, also outside the folder', async () => {
    await started();
    await kept.put('20-b.conf', bridge('b'));
    kept.options = { ...kept.options, defaultNetwork: '20-b.conf' };
    await waitFor('the named one', namesNetwork('20-b.conf'));
    const outside = join(kept.folder, 'plexus.d', 'net');
    kept.options = { ...kept.options, defaultNetwork: outside, statusChecks: true };
    await waitFor('the warning', async () => warnings().includes(`no default network in ${outside}: ENOENT`));
    await mkdir(join(outside), { recursive: true });
    await writeFile(join(outside, '10.conf'), bridge('c'));
    await waitFor(
      'the one outside',
      async () => (await namesNetwork('plexus.d/net/10.conf')()) && (await text()).includes('"1.1.0"'),
    );
  });

  it('is written once its path becomes usable, after a single error', async () => {
    await kept.put('10-net.conf', bridge('cbr0'));
    await mkdir(join(kept.folder, own, 'in the way'), { recursive: true });
    kept.start();
    const problems = () => kept.steps.flatMap((step) => (step.kind === 'problem' ? [step.error] : []));
    await waitFor('the problem', async () => problems().length > 0);
    await rm(join(kept.folder, own), { recursive: true });
    await waitFor('our configuration', async () => (await text()) !== '');
    expect(problems()).toMatchObject([{ id: 'PLX-FILE-UNUSABLE' }]);
  });
});

describe('the configuration of Plexus, displaced by another program,', () => {
  it.each([
    {
      title: 'it was renamed (Cilium)',
      act: () => rename(join(kept.folder, own), join(kept.folder, `${own}.cilium_bak`)),
      by: `it was renamed to ${own}.cilium_bak`,
    },
    { title: 'it was removed', act: () => unlink(join(kept.folder, own)), by: 'it was removed' },
    {
      title: 'it was changed',
      act: () => kept.put(own, '{"name":"x","plugins":[{"type":"plexus"}]}'),
      by: 'it was changed',
    },
    { title: 'it was emptied', act: () => kept.put(own, ''), by: 'it was changed' },
    {
      title: 'Multus was installed',
      act: () => kept.put('00-multus.conf', bridge('m', { type: 'multus' })),
      by: '00-multus.conf sorts before it',
    },
  ])('is restored and reported if $title', async ({ act, by }) => {
    await started();
    const before = await text();
    await act();
    await waitFor('the report', async () => kept.displacements().length > 0);
    expect(kept.displacements()).toEqual([{ by, fixed: true }]);
    expect([await text(), await isFirst()]).toEqual([before, true]);
  });

  it('takes a name that sorts before a new network', async () => {
    await started();
    await kept.put('00-calico.conf', bridge('calico'));
    await waitFor('the new name', async () => (await kept.files())[0] === '0-plexus.conflist');
    await waitFor('the report', async () => kept.displacements().length > 0);
    expect(await kept.files()).toEqual(['0-plexus.conflist', '00-calico.conf', '10-net.conf']);
    expect(await kept.read('0-plexus.conflist')).toContain('00-calico.conf');
    expect(kept.displacements()).toEqual([{ by: '00-calico.conf sorts before it', fixed: true }]);
  });

  it('is reported once if no name sorts before that of the new network', async () => {
    await started();
    await kept.put('!net.conf', bridge('calico'));
    await waitFor('the report', async () => kept.displacements().some(({ fixed }) => !fixed));
    await kept.put('noise', '');
    await unlink(join(kept.folder, '!net.conf'));
    await waitFor('the end of it', async () =>
      kept.steps.some((step) => step.kind === 'daemon' && step.text.endsWith('is the first CNI configuration again')),
    );
    expect(kept.displacements().filter(({ fixed }) => !fixed)).toEqual([
      { by: '!net.conf sorts before it', fixed: false },
    ]);
  });

  it('is only reported with manageConfiguration report', async () => {
    kept.options = { ...kept.options, manage: 'report' };
    await started();
    await rename(join(kept.folder, own), join(kept.folder, `${own}.cilium_bak`));
    await waitFor('the report', async () => kept.displacements().length > 0);
    await kept.put('noise', '');
    expect(kept.displacements()).toEqual([{ by: `it was renamed to ${own}.cilium_bak`, fixed: false }]);
    expect(await kept.files()).toEqual(['10-net.conf']);
  });

  it('is neither restored nor reported with manageConfiguration off', async () => {
    kept.options = { ...kept.options, manage: 'off' };
    await kept.put('10-net.conf', bridge('cbr0'));
    kept.start();
    await kept.put('00-multus.conf', bridge('m', { type: 'multus' }));
    await kept.stop();
    expect((await readdir(kept.folder)).toSorted()).toEqual(['00-multus.conf', '10-net.conf']);
  });

  it('is restored and reported once, until the pause is over, if that program does it repeatedly', async () => {
    await started();
    const pending = new Set<Promise<void>>();
    const displace = (): Promise<void> =>
      rename(join(kept.folder, own), join(kept.folder, `${own}.cilium_bak`)).catch(() => {});
    const exclusive = watch(kept.folder, () => void pending.add(displace()));
    await displace();
    const unfixed = (): readonly string[] => kept.displacements().flatMap(({ by, fixed }) => (fixed ? [] : [by]));
    await waitFor('the pause', async () => unfixed().length > 0);
    for (let number = 0; number < 20; number++) await kept.put('noise', String(number)); // Each write wakes the keeper.
    exclusive.close();
    await Promise.all(pending);
    expect(unfixed()).toEqual([
      `it was renamed to ${own}.cilium_bak, after 1 repairs; the next repair is 1 s after the last one`,
    ]);
    expect(kept.displacements().filter(({ fixed }) => fixed)).toHaveLength(1);
    kept.clock.ms += 1000;
    await waitFor('the next correction', isFirst);
  });
});

describe('the pauses between corrections', () => {
  it('double up to the longest, are reported once each, and restart after a calm time', async () => {
    await kept.put('10-net.conf', bridge('cbr0'));
    await kept.check(); // Writes the configuration.
    await kept.check(); // Finds it correct.
    const displace = (): Promise<void> => unlink(join(kept.folder, own));
    for (const [index, pause] of [0, 1000, 2000, 4000, 8000, 8000].entries()) {
      await displace();
      if (pause > 0) {
        expect(await kept.check(), 'waits').toBe(pause);
        kept.clock.ms += pause - 1;
        expect(await kept.check(), 'waits for the rest').toBe(1);
        kept.clock.ms += 1;
      }
      await kept.check();
      expect([await isFirst(), kept.displacements().filter(({ fixed }) => fixed).length]).toEqual([true, index + 1]);
      await kept.check();
    }
    const waits = kept
      .displacements()
      .flatMap(({ by, fixed }) => (fixed ? [] : [/after (\d) repairs; the next repair is (\d) s/.exec(by)?.slice(1)]));
    expect(waits).toEqual([
      ['1', '1'],
      ['2', '2'],
      ['3', '4'],
      ['4', '8'],
      ['5', '8'],
    ]);
    kept.clock.ms += 600_001;
    await displace();
    await kept.check();
    expect(await isFirst()).toBe(true);
  });
});

describe('a previous configuration', () => {
  it('of Multus is moved aside only after that of Plexus exists, so that there is always a meta-plugin', async () => {
    await kept.put('00-multus.conf', bridge('m', { type: 'multus', clusterNetwork: 'cbr0' }));
    await kept.put('10-net.conf', bridge('cbr0'));
    const seen: (string | undefined)[] = [];
    const watcher = watch(kept.folder, () => void kept.files().then((files) => seen.push(files[0])));
    kept.start();
    await waitFor('our configuration', isFirst);
    watcher.close();
    expect((await readdir(kept.folder)).toSorted()).toEqual([
      '.plexus-written',
      '00-multus.conf.plexus-saved',
      own,
      '10-net.conf',
    ]);
    expect(seen.filter((name) => name !== '00-multus.conf' && name !== own)).toEqual([]);
    expect(kept.steps.map((step) => (step.kind === 'daemon' ? step.text : step.kind))).toEqual([
      `${kept.folder}: wrote ${own}`,
      `${kept.folder}: moved 00-multus.conf aside, to 00-multus.conf.plexus-saved`,
    ]);
  });

  it('of direct mode under the name of the Plexus configuration is saved', async () => {
    const direct = bridge('p', { type: 'plexus-cni' });
    await kept.put(own, direct);
    await kept.put('10-net.conf', bridge('cbr0'));
    kept.start();
    await waitFor('our configuration', async () => (await text()).includes('clusterNetwork'));
    expect(await kept.read(`${own}.plexus-saved`)).toBe(direct);
  });

  it('of Multus stays and is reported with manageConfiguration report, and that of Plexus is written', async () => {
    kept.options = { ...kept.options, manage: 'report' };
    await kept.put('00-multus.conf', bridge('m', { type: 'multus' }));
    await kept.put('10-net.conf', bridge('cbr0'));
    kept.start();
    await waitFor('the report', async () => kept.displacements().length > 0);
    expect(await kept.files()).toEqual(['00-multus.conf', own, '10-net.conf']);
    expect(kept.displacements()).toEqual([{ by: '00-multus.conf sorts before it', fixed: false }]);
  });
});
