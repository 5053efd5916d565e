import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfPath } from '../../src/cni/index.ts';
import { conflistText, decideDefault, ownerOf } from '../../src/install/index.ts';

const listingOf = (files: Readonly<Record<string, string | undefined>>): ConfPath => ({
  kind: 'folder',
  siblings: {},
  files: Object.entries(files)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, text]) => ({
      path: `/net.d/${name}`,
      content: text === undefined ? { problem: 'permission denied' } : { text },
    })),
});
const pathOf = (listing: ConfPath): string | undefined => {
  const decision = decideDefault(listing);
  return decision.kind === 'found' ? decision.network.clusterNetwork : undefined;
};
const bridge = (name: string, more: object = {}): string =>
  JSON.stringify({ cniVersion: '1.0.0', name, type: 'bridge', ...more });
const flannel = JSON.stringify({
  cniVersion: '0.3.1',
  name: 'cbr0',
  plugins: [{ type: 'flannel' }, { type: 'portmap', capabilities: { portMappings: true, dns: false } }],
});
const ours = conflistText({ clusterNetwork: '/net.d/10.conf', name: 'x', cniVersion: '1.0.0', capabilities: [] });

describe('K8S-50, K8S-62: the default network', () => {
  it('is the first foreign configuration, with its name, version and capabilities', () => {
    expect(decideDefault(listingOf({ '10-flannel.conflist': flannel }))).toEqual({
      kind: 'found',
      network: {
        clusterNetwork: '/net.d/10-flannel.conflist',
        name: 'cbr0',
        cniVersion: '0.3.1',
        capabilities: ['portMappings'],
      },
      warnings: [],
    });
  });

  it.each([
    {
      title: 'is the first by name',
      files: { '20-b.conf': bridge('b'), '10-a.json': bridge('a') },
      path: '/net.d/10-a.json',
    },
    {
      title: 'is never the configuration of Plexus, regardless of its file name',
      files: { '00-plexus.conflist': ours, '05-copy.conf': ours, '10.conf': bridge('a') },
      path: '/net.d/10.conf',
    },
    {
      title: 'is never the configuration of Multus or of direct mode, regardless of its file name',
      files: {
        '00-multus.conf': bridge('m', { type: 'multus' }),
        '05.conf': bridge('m', { type: 'multus-shim' }),
        '06.conf': bridge('p', { type: 'plexus-cni' }),
        '10.conf': bridge('a'),
      },
      path: '/net.d/10.conf',
    },
    {
      title: 'may be a network in a file named like that of Plexus',
      files: { '00-plexus.conflist': bridge('plexus') },
      path: '/net.d/00-plexus.conflist',
    },
    {
      title: 'does not exist if the only configuration is that of Plexus',
      files: { '00-plexus.conflist': ours },
      path: undefined,
    },
  ])('$title', ({ files, path }) => {
    expect(pathOf(listingOf(files))).toBe(path);
  });

  it('is the first usable one, and unusable files are reported', () => {
    const files = {
      '00.conf': undefined,
      '01.conf': '',
      '02.conflist': '{"name":"x","plugins":[]}',
      '03.conf': bridge('a', { name: '../x' }),
      '10.conf': bridge('a'),
    };
    expect(decideDefault(listingOf(files))).toMatchObject({
      kind: 'found',
      network: { clusterNetwork: '/net.d/10.conf' },
      warnings: [
        '/net.d/00.conf is skipped: permission denied',
        expect.stringMatching(/^\/net\.d\/01\.conf is skipped: .*it is empty/),
        expect.stringMatching(/02\.conflist.*"plugins" is empty/),
        expect.stringMatching(/03\.conf.*is not a network name/),
      ],
    });
  });

  it('is the configured file if there is one, and no other', () => {
    const file = { path: '/x/20-b.conf', content: { text: bridge('b') } };
    expect(pathOf({ kind: 'file', file, siblings: [] })).toBe('/x/20-b.conf');
    expect(decideDefault({ kind: 'missing', problem: 'ENOENT' })).toEqual({ kind: 'none', problem: 'ENOENT' });
    expect(decideDefault({ kind: 'file', file: { path: '/x', content: { text: ours } }, siblings: [] })).toMatchObject({
      kind: 'none',
    });
  });

  it('CNI-45: has the capabilities of the plugins in the folder beside a list', () => {
    const siblings = [
      { path: '/net.d/cbr0/1.conf', content: { text: '{"type":"tuning","capabilities":{"mac":true}}' } },
    ];
    const decision = decideDefault({
      ...listingOf({ '10-flannel.conflist': flannel }),
      siblings: { cbr0: siblings },
    } as ConfPath);
    expect(decision).toMatchObject({ network: { capabilities: ['portMappings', 'mac'] } });
  });

  it('is the first usable foreign file of any folder, deterministically (property)', () => {
    const texts = fc.oneof(
      fc.constantFrom(
        ours,
        flannel,
        bridge('a'),
        bridge('m', { type: 'multus' }),
        bridge('p', { type: 'plexus-cni' }),
        '',
        '{',
        undefined,
      ),
      fc.json(),
      fc
        .record({
          name: fc.string(),
          type: fc.string(),
          plugins: fc.option(fc.array(fc.anything())),
          cniVersion: fc.string(),
        })
        .map((json) => JSON.stringify(json)),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[0-9a-z-]{1,12}\.(conf|conflist|json)$/), texts, { maxKeys: 8 }),
        (files) => {
          const listing = listingOf(files);
          const path = pathOf(listing);
          expect(pathOf(listing)).toBe(path);
          const names = Object.keys(files).toSorted();
          const foreign = names.filter(
            (name) => files[name] !== undefined && pathOf(listingOf({ [name]: files[name] })) !== undefined,
          );
          expect(path).toBe(foreign[0] === undefined ? undefined : `/net.d/${foreign[0]}`);
          for (const name of foreign) expect(ownerOf(files[name] ?? '')).toBe('network');
        },
      ),
      { numRuns: 300 },
    );
  });
});
