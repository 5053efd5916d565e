import { describe, expect, it } from 'vitest';
import { type JsonObject, isMetaPlugin, nestedMetaPlugin, nestedPath } from '../../src/cni/index.ts';
import { failure, planFor } from './planned.ts';

describe('isMetaPlugin', () => {
  it.each([
    'plexus',
    'plexus-cni',
    'plexus-direct',
    'plexus.old',
    'multus',
    'multus-shim',
    'multus-daemon',
    '../bin/plexus-direct',
    '/opt/cni/bin/multus',
    'multus/',
    './plexus-cni',
    '/multus',
    'multus//',
    'multus/.',
    'multus/x/..',
    'x/plexus/bridge',
  ])('recognizes %s', (type) => expect(isMetaPlugin(type)).toBe(true));
  it.each(['bridge', 'my-plexus', 'x/my-multus/bridge', '/', '', undefined, 7, { plexus: true }])(
    'does not recognize %s',
    (type) => expect(isMetaPlugin(type)).toBe(false),
  );
});

const hidden: readonly {
  readonly title: string;
  readonly config: JsonObject;
  readonly path: readonly (string | number)[];
}[] = [
  {
    title: 'the type of the network',
    config: { type: 'plexus-direct', binDir: '/bin', delegates: [{ type: 'sh' }] },
    path: ['type'],
  },
  { title: 'a plugin of the list', config: { plugins: [{ type: 'bridge' }, { type: 'multus' }] }, path: ['type'] },
  {
    title: 'the ipam of a reference plugin',
    config: { type: 'bridge', ipam: { type: 'plexus-direct' } },
    path: ['ipam', 'type'],
  },
  {
    title: 'keys in another case, which Go accepts',
    config: { type: 'bridge', IPAM: { Type: 'multus-shim' } },
    path: ['IPAM', 'Type'],
  },
  {
    title: 'two spellings of a key, of which Go uses the last',
    config: { type: 'bridge', ipam: { type: 'static', TYPE: 'plexus' } },
    path: ['ipam', 'TYPE'],
  },
  {
    title: 'a path instead of a name',
    config: { type: 'bridge', ipam: { type: '../bin/plexus-direct' } },
    path: ['ipam', 'type'],
  },
  {
    title: 'a name with a slash at its end, which Go removes',
    config: { type: 'bridge', ipam: { type: 'multus/' } },
    path: ['ipam', 'type'],
  },
  {
    title: 'the delegate of flannel',
    config: { type: 'flannel', delegate: { type: 'plexus-cni' } },
    path: ['delegate', 'type'],
  },
  {
    title: 'the ipam of a delegate of another meta-plugin',
    config: {
      type: 'other-meta',
      delegates: [{ type: 'x' }, { plugins: [{ type: 'y', ipam: { type: 'plexus-direct' } }] }],
    },
    path: ['delegates', 1, 'plugins', 0, 'ipam', 'type'],
  },
];

describe('a meta-plugin at any depth of a network', () => {
  it.each(hidden)('is rejected in $title', ({ config }) => {
    const situation = { networks: 'shop/x', nads: { 'shop/x': { name: 'x', ...config } } };
    expect(() => planFor(situation)).toThrow(failure('PLX-NESTED-CALL', /^shop\/x runs the plugin .*(plexus|multus)/));
  });

  it.each(hidden)('is reported with its place in $title', ({ config, path }) => {
    const plugin = (config['plugins'] as JsonObject[] | undefined)?.[1] ?? config;
    expect(nestedMetaPlugin(plugin)?.path).toEqual(path);
  });

  it('is rejected in the cni-args of a pod before anything is recorded', () => {
    const networks = JSON.stringify([{ name: 'x', 'cni-args': { ipam: { type: 'multus' } } }]);
    const situation = { networks, nads: { 'shop/x': { name: 'x', type: 'bridge' } } };
    expect(() => planFor(situation)).toThrow(
      failure('PLX-NESTED-CALL', /^shop\/x, with the pod's cni-args, runs the plugin multus,/),
    );
  });

  it('is not recognized in other values that contain plexus or multus', () => {
    expect(
      nestedMetaPlugin({
        type: 'bridge',
        name: 'plexus',
        bridge: 'multus0',
        ipam: { type: 'host-local', kind: 'multus' },
      }),
    ).toBeUndefined();
  });
});

const paths: readonly {
  readonly title: string;
  readonly config: JsonObject;
  readonly path: readonly (string | number)[];
}[] = [
  { title: 'in ipam', config: { type: 'bridge', ipam: { type: '../../tmp/x' } }, path: ['ipam', 'type'] },
  { title: 'inside the plugin folder', config: { type: 'bridge', ipam: { type: './x' } }, path: ['ipam', 'type'] },
  {
    title: 'under keys in another spelling that Go accepts',
    config: { type: 'x', DELEGATEſ: [{ Type: '/bin/sh' }] },
    path: ['DELEGATEſ', 0, 'Type'],
  },
  {
    title: 'in the ipam of a delegate',
    config: { type: 'flannel', delegate: { type: 'bridge', ipam: { type: 'x/' } } },
    path: ['delegate', 'ipam', 'type'],
  },
  {
    title: 'in delegates',
    config: { type: 'x', delegates: [{ type: 'y' }, { type: '/y' }] },
    path: ['delegates', 1, 'type'],
  },
];

describe('a plugin named by its path', () => {
  it.each(paths)('is rejected $title', ({ config }) => {
    const situation = { networks: 'shop/x', nads: { 'shop/x': { name: 'x', ...config } } };
    expect(() => planFor(situation)).toThrow(
      failure('PLX-CONFIGURATION-INVALID', /shop\/x: plugin 1: "type" ".*" in .* is not a plugin's bare file name$/),
    );
  });

  it.each(paths)('is reported with its place $title', ({ config, path }) => {
    expect(nestedPath(config)?.path).toEqual(path);
  });

  it('is rejected in the cni-args of a pod before anything is recorded', () => {
    const networks = JSON.stringify([{ name: 'x', 'cni-args': { ipam: { type: '../x' } } }]);
    const situation = { networks, nads: { 'shop/x': { name: 'x', type: 'bridge' } } };
    expect(() => planFor(situation)).toThrow(
      failure('PLX-CONFIGURATION-INVALID', /^shop\/x, with the pod's cni-args: "type" "..\/x" in ipam is not/),
    );
  });

  it('is not recognized in the type of another object with a slash', () => {
    const policy = { policy: { type: 'example.com/x' }, ipam: { type: 'host-local', x: [{ type: 'a/b' }] } };
    expect(nestedPath({ type: 'bridge', ...policy })).toBeUndefined();
  });
});
