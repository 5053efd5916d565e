import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cniVersions, compareVersions, parseConfiguration, parseJson, parseJsonObject } from '../../src/cni/index.ts';
import { type ConflistOptions, type DefaultNetwork, conflistText, ownerOf } from '../../src/install/index.ts';

const network: DefaultNetwork = {
  clusterNetwork: '/etc/cni/net.d/10-calico.conflist',
  name: 'k8s-pod-network',
  cniVersion: '0.3.1',
  capabilities: ['portMappings', 'bandwidth'],
};
const read = (options: ConflistOptions, change: Partial<DefaultNetwork> = {}) =>
  parseJsonObject(conflistText({ ...network, ...change }, options), 'test');

describe('the configuration of Plexus', () => {
  it('K8S-33, K8S-53: has the default network’s name, requests its capabilities and the annotations, and allows no chaining', () => {
    expect(conflistText(network)).toMatchInlineSnapshot(`
      "{
        "cniVersion": "0.3.1",
        "name": "k8s-pod-network",
        "loadOnlyInlinedPlugins": true,
        "plugins": [
          {
            "type": "plexus",
            "capabilities": {
              "bandwidth": true,
              "io.kubernetes.cri.pod-annotations": true,
              "portMappings": true
            },
            "clusterNetwork": "/etc/cni/net.d/10-calico.conflist"
          }
        ]
      }
      "
    `);
  });

  it('passes only non-default values to the shim', () => {
    expect(read({ socket: '/run/plexus/plexus.sock', daemonWaitSeconds: 10 })).toEqual(read({}));
    expect(read({ cniDir: '/var/lib/cni/plexus' })).toEqual(read({}));
    expect(read({ cniDir: '/srv/plexus' })['plugins']).toMatchObject([{ cniDir: '/srv/plexus' }]);
    expect(read({ socket: '/run/p.sock', daemonWaitSeconds: 0 })['plugins']).toMatchObject([
      { socket: '/run/p.sock', daemonWaitSeconds: 0 },
    ]);
  });

  it.each([
    { of: '0.3.1', statusChecks: false, is: '0.3.1' },
    { of: '1.0.0', statusChecks: false, is: '1.0.0' },
    { of: '1.1.0', statusChecks: false, is: '1.0.0' },
    { of: '0.3.1', statusChecks: true, is: '1.1.0' },
    { of: '1.1.0', statusChecks: true, is: '1.1.0' },
  ] as const)(
    'K8S-54: has version $is for a default network of $of with statusChecks $statusChecks',
    ({ of, statusChecks, is }) => {
      expect(read({ statusChecks }, { cniVersion: of })['cniVersion']).toBe(is);
    },
  );

  it('K8S-50: is always parsable, and the runtime calls STATUS only if configured', () => {
    const networks = fc.record({
      clusterNetwork: fc.string({ unit: 'binary' }).map((text) => `/${text}`),
      name: fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,20}$/),
      cniVersion: fc.constantFrom(...cniVersions),
      capabilities: fc.array(fc.string()),
    });
    fc.assert(
      fc.property(networks, fc.boolean(), (any, statusChecks) => {
        const text = conflistText(any, { statusChecks });
        const list = parseConfiguration(parseJson(text, 'test'), { source: 'test' });
        expect(list.name).toBe(any.name);
        expect(new Set(list.plugins[0]?.capabilities)).toEqual(
          new Set([...any.capabilities, 'io.kubernetes.cri.pod-annotations']),
        );
        expect(compareVersions(list.cniVersion, '1.1.0') === 0).toBe(statusChecks);
        expect(ownerOf(text)).toBe('plexus');
      }),
    );
  });
});

describe('ownerOf', () => {
  it.each([
    { text: '{"type":"plexus"}', owner: 'plexus' },
    { text: '{"plugins":[{"type":"tuning"},{"type":"plexus"}]}', owner: 'plexus' },
    { text: '{"type":"plexus-cni"}', owner: 'meta-plugin' },
    { text: '{"type":"multus"}', owner: 'meta-plugin' },
    { text: '{"plugins":[{"type":"multus-shim"}]}', owner: 'meta-plugin' },
    { text: '{"type":"bridge","name":"plexus"}', owner: 'network' },
    { text: '{"plugins":[null,{}]}', owner: 'network' },
    { text: '', owner: 'unreadable' },
    { text: '[]', owner: 'unreadable' },
    { text: '{"type":"plexus"', owner: 'unreadable' },
  ])('judges $text by its content: $owner', ({ text, owner }) => {
    expect(ownerOf(text)).toBe(owner);
  });
});
