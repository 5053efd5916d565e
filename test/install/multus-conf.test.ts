import fc from 'fast-check';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import { isMounted } from '../../src/install/in-sight.ts';
import { multusConf } from '../../src/install/multus-conf.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Kept, bridge, keptFolder } from './keeping.ts';

let kept: Kept;
beforeEach(async () => void (kept = await keptFolder()));
afterEach(() => kept.remove());

const multus = (more: object): string =>
  JSON.stringify({ cniVersion: '0.3.1', name: 'multus-cni-network', type: 'multus-shim', ...more });
async function plugin(): Promise<JsonObject> {
  kept.start();
  await waitFor('our configuration', async () => (await kept.read('00-plexus.conflist')).includes('clusterNetwork'));
  const list = JSON.parse(await kept.read('00-plexus.conflist')) as { name: string; plugins: JsonObject[] };
  return { listName: list.name, ...list.plugins[0] };
}
const warnings = (): string => kept.steps.map((step) => (step.kind === 'warning' ? step.text : '')).join('\n');

describe('adopting Multus’s default network', () => {
  it('finds it by path, as Multus sees it under /host, although another file comes first', async () => {
    await kept.put('05-other.conf', bridge('other'));
    await kept.put('10-calico.conflist', bridge('k8s-pod-network'));
    await kept.put(
      '00-multus.conf',
      multus({
        clusterNetwork: `/host${kept.folder}/10-calico.conflist`,
        capabilities: { portMappings: true, dns: false },
      }),
    );
    expect(await plugin()).toMatchObject({
      listName: 'k8s-pod-network',
      clusterNetwork: join(kept.folder, '10-calico.conflist'),
      capabilities: { portMappings: true, 'io.kubernetes.cri.pod-annotations': true },
    });
    // Multus has been moved aside, and its settings still apply.
    await kept.stop();
    const steps = kept.steps.length;
    expect(await plugin()).toMatchObject({ clusterNetwork: join(kept.folder, '10-calico.conflist') });
    expect(kept.steps.slice(steps)).toEqual([]);
  });

  it('finds it by name, in the runtime’s folder or in Multus’s', async () => {
    await using confDir = await mkdtempDisposable(join(tmpdir(), 'plexus-multus-net-'));
    await writeFile(join(confDir.path, 'ovn.conf'), bridge('ovn'));
    await kept.put('10-other.conf', bridge('other'));
    await kept.put('00-multus.conf', multus({ clusterNetwork: 'ovn', confDir: confDir.path }));
    expect(await plugin()).toMatchObject({ clusterNetwork: join(confDir.path, 'ovn.conf'), confDir: confDir.path });
  });

  it('uses an inline delegate’s own file if there is one, otherwise writes it to a file that no runtime reads', async () => {
    const delegate = {
      cniVersion: '0.3.1',
      name: 'cbr0',
      plugins: [{ type: 'flannel', delegate: { isDefaultGateway: true } }],
    };
    await kept.put('00-multus.conf', multus({ type: 'multus', delegates: [delegate] }));
    const file = join(kept.folder, 'plexus.d/default-network.conflist');
    expect(await plugin()).toMatchObject({ listName: 'cbr0', clusterNetwork: file });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(delegate);
    await kept.put('10-flannel.conflist', JSON.stringify(delegate));
    await waitFor('its own file', async () => (await kept.read('00-plexus.conflist')).includes('10-flannel.conflist'));
  });

  it('adopts the settings that affect pods, and none about files', async () => {
    await kept.put('10-net.conf', bridge('net'));
    const settings = {
      namespaceIsolation: true,
      globalNamespaces: 'default,shared',
      defaultNetworks: ['storage'],
      readinessindicatorfile: '/run/ready',
    };
    await kept.put(
      '00-multus.conf',
      multus({ clusterNetwork: 'net', ...settings, kubeconfig: '/x', cniDir: '/y', binDir: '/z', logFile: '/l' }),
    );
    const own = await plugin();
    expect(own).toMatchObject(settings);
    for (const key of ['kubeconfig', 'cniDir', 'binDir', 'logFile']) expect(own).not.toHaveProperty(key);
  });

  it('translates every key that contains a path of Multus’s container to a path of the node', async () => {
    await kept.put('10-net.conf', bridge('net'));
    // Where the DaemonSet of Multus mounts the runtime's folder, wherever that is.
    const clusterNetwork = '/host/etc/cni/net.d/10-net.conf';
    const paths = {
      readinessindicatorfile: '/host/run/multus/cni/net.d/10-ovn.conf',
      confDir: '/host/etc/cni/multus/net.d',
      defaultNetworks: ['/host/a/b', 'c'],
    };
    await kept.put('00-multus.conf', multus({ clusterNetwork, ...paths }));
    expect(await plugin()).toMatchObject({
      clusterNetwork: join(kept.folder, '10-net.conf'),
      readinessindicatorfile: '/run/multus/cni/net.d/10-ovn.conf',
      confDir: '/etc/cni/multus/net.d',
      defaultNetworks: ['/a/b', 'c'],
    });
  });

  it('translates a readiness file in the runtime’s folder, as Multus sees it, to that folder', async () => {
    await kept.put('10-cluster.conflist', bridge('cluster'));
    const seen = '/host/etc/cni/net.d/10-cluster.conflist';
    await kept.put('00-multus.conf', multus({ readinessindicatorfile: seen, clusterNetwork: seen }));
    const file = join(kept.folder, '10-cluster.conflist');
    expect(await plugin()).toMatchObject({ clusterNetwork: file, readinessindicatorfile: file });
  });

  it('ignores a readiness file that the daemon cannot see, with a warning', async () => {
    await kept.put('10-net.conf', bridge('net'));
    await kept.put('00-multus.conf', multus({ clusterNetwork: 'net', readinessindicatorfile: '/run/ready' }));
    kept.options = { ...kept.options, isInSight: async (path) => path !== '/run/ready' };
    expect(await plugin()).not.toHaveProperty('readinessindicatorfile');
    await waitFor('the warning', async () => /readinessindicatorfile \/run\/ready .*mount/.test(warnings()));
  });

  it('matches keys in any case, as Multus does', async () => {
    await kept.put('10-net.conf', bridge('net'));
    await kept.put('20-net.conf', bridge('net2'));
    await kept.put('00-multus.conf', multus({ ClusterNetwork: 'net2', namespaceisolation: true }));
    expect(await plugin()).toMatchObject({
      clusterNetwork: join(kept.folder, '20-net.conf'),
      namespaceIsolation: true,
    });
  });

  it('reports all settings that it does not adopt: additional delegates, Multus’s folders, and every other key', async () => {
    await kept.put('10-net.conf', bridge('net'));
    const delegates = [{ name: 'net', type: 'bridge' }, { name: 'storage', type: 'macvlan' }, { plugins: [] }];
    const more = {
      cniDir: '/var/lib/multus',
      binDir: '/opt/bin',
      kubeconfig: '/k',
      defaultNetworks: ['never-attached'],
    };
    await kept.put('00-multus.conf', multus({ delegates, ...more }));
    expect(await plugin()).not.toHaveProperty('defaultNetworks'); // Multus did not attach them either.
    await waitFor('the warning', async () => warnings().includes('not adopted'));
    expect(warnings()).toMatch(/delegates after the first \(storage, \(no name\)\).*defaultNetworks/);
    expect(warnings()).toMatch(/cniDir "\/var\/lib\/multus".*multusStateDir/);
    expect(warnings()).toMatch(/binDir "\/opt\/bin"/);
    expect(warnings()).toContain('kubeconfig');
  });

  it('reports a default network that cannot be found, and uses the first network of the folder', async () => {
    await kept.put('10-net.conf', bridge('net'));
    await kept.put('00-multus.conf', multus({ clusterNetwork: 'some-nad' }));
    expect(await plugin()).toMatchObject({ clusterNetwork: join(kept.folder, '10-net.conf') });
    await waitFor('the warning', async () =>
      warnings().includes('no file contains the default network of Multus, some-nad'),
    );
  });

  it('prefers a configured default network', async () => {
    await kept.put('10-net.conf', bridge('net'));
    await kept.put('20-net.conf', bridge('net2'));
    await kept.put('00-multus.conf', multus({ clusterNetwork: 'net' }));
    kept.options = { ...kept.options, defaultNetwork: '20-net.conf' };
    expect(await plugin()).toMatchObject({ clusterNetwork: join(kept.folder, '20-net.conf') });
  });
});

describe('the visibility of a node’s path', () => {
  const inPod = [
    '1 0 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/a',
    '2 1 0:51 / /proc rw - proc proc rw',
    '3 1 8:1 /run/flannel /run/flannel ro shared:7 - tmpfs tmpfs rw',
    '4 1 8:1 /etc/cni/my\\040net.d /etc/cni/my\\040net.d rw - ext4 /dev/sda1 rw',
  ].join('\n');
  it.each([
    ['/run/flannel/subnet.env', true],
    ['/run/flannel', true],
    ['/etc/cni/my net.d/a', true],
    ['/run/flannel2/subnet.env', false],
    ['/run/ready', false],
  ])('for %s in a pod with other mounts is %s', (path, expected) => {
    expect(isMounted(path, inPod)).toBe(expected);
  });
});

describe('the configuration of Multus', () => {
  it('is found on its own and in a list, but not in that of another plugin', () => {
    expect(multusConf(JSON.stringify({ name: 'm', plugins: [{ type: 'multus', clusterNetwork: 'a' }] }))).toMatchObject(
      { clusterNetwork: 'a' },
    );
    expect(multusConf(bridge('x'))).toBeUndefined();
  });
  it('is parsed or ignored in any text', () => {
    const json = fc.record({
      type: fc.constantFrom('multus', 'multus-shim', 'x'),
      delegates: fc.jsonValue(),
      capabilities: fc.jsonValue(),
      clusterNetwork: fc.jsonValue(),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          json.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const found = multusConf(text);
          return found === undefined || typeof found.settings === 'object';
        },
      ),
    );
  });
});
