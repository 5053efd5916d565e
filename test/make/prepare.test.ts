import { describe, expect, it } from 'vitest';
import {
  absentPackages,
  chooseNode,
  commandsOf,
  installHint,
  isNewEnough,
  missing,
  needs,
  strangePackages,
} from '../../src/make/prepare.mjs';

const debianNames = (absent: readonly { readonly debian: string }[]): readonly string[] =>
  absent.map(({ debian }) => debian);

describe('the system packages that a command needs', () => {
  it('are none for checking, and a C compiler for building', () => {
    expect(missing('check', () => false)).toEqual([]);
    expect(debianNames(missing('build', () => false))).toEqual(['gcc', 'libc6-dev']);
  });

  it('are a second C compiler for the image, which is built for one processor without it', () => {
    const absent = missing('image', () => false);
    expect(debianNames(absent.filter(({ only }) => only !== 'warn'))).toEqual(['gcc', 'libc6-dev']);
    expect(debianNames(absent)).toHaveLength(3);
  });

  it('are fewer for the demo than for the tests', () => {
    expect(debianNames(missing('demo', () => false))).toEqual([
      'containernetworking-plugins',
      'gcc',
      'libc6-dev',
      'iproute2',
      'util-linux',
      'iputils-ping',
    ]);
    expect(debianNames(missing('test', () => false))).toEqual(
      expect.arrayContaining(['containerd', 'runc', 'busybox-static']),
    );
  });

  it('are not reported if they are installed', () => {
    expect(missing('demo', () => true)).toEqual([]);
    expect(missing('test', () => true)).toEqual([]);
  });

  it('count CNI plugins only if one folder contains them all', () => {
    const plugins = needs[0]?.programs ?? [];
    const inFolder = (folder: string) => (file: string) => !file.includes('/cni') || file.startsWith(`${folder}/`);
    expect(missing('demo', inFolder('/opt/cni/bin'))).toEqual([]);
    expect(missing('demo', inFolder('/usr/libexec/cni'))).toEqual([]);
    const scattered = (file: string): boolean =>
      !file.includes('/cni') || file === '/opt/cni/bin/bridge' || file.startsWith('/usr/lib/cni/macvlan');
    expect(plugins).toContain('macvlan');
    expect(debianNames(missing('demo', scattered))).toEqual(['containernetworking-plugins']);
  });

  it('may be in different folders of PATH', () => {
    const places: Readonly<Record<string, string>> = {
      ip: '/sbin',
      gcc: '/usr/bin',
      'libc.a': '/usr/lib/x86_64-linux-gnu',
      ping: '/bin',
      nsenter: '/usr/bin',
      unshare: '/bin',
    };
    const isThere = (file: string): boolean => {
      const at = file.lastIndexOf('/');
      return file.includes('/cni/') || places[file.slice(at + 1)] === file.slice(0, at);
    };
    expect(missing('demo', isThere)).toEqual([]);
  });

  it('are reported with the reason and the command if they cannot be installed', () => {
    expect(installHint(missing('demo', (file) => !/\/(ip|ping)$/.test(file)))).toMatchInlineSnapshot(`
      "Missing:
        - ip: network namespaces and routes (Debian package iproute2)
        - ping: showing that pods reach each other (Debian package iputils-ping)
      On Debian or Ubuntu, as root: apt-get update && apt-get install -y --no-install-recommends iproute2 iputils-ping
      Elsewhere, install the packages of your system that have these programs (Fedora: dnf install, Alpine: apk add, Arch: pacman -S)."
    `);
    expect(installHint(missing('demo', (file) => !file.endsWith('/tuning')))).toMatchInlineSnapshot(`
      "Missing:
        - bridge, macvlan, host-local, ptp, portmap, tuning, static, loopback in /opt/cni/bin or /usr/lib/cni or /usr/libexec/cni: the CNI plugins that make the interfaces (Debian package containernetworking-plugins)
      On Debian or Ubuntu, as root: apt-get update && apt-get install -y --no-install-recommends containernetworking-plugins
      Elsewhere, install the packages of your system that have these programs (Fedora: dnf install, Alpine: apk add, Arch: pacman -S)."
    `);
  });
});

describe('the choice of the Node.js for the commands', () => {
  it.each([
    ['v22.19.0', true],
    ['v22.20.1', true],
    ['v26.10.0', true],
    ['v100.0.0', true],
    ['v22.18.9', false],
    ['v20.20.2', false],
    ['v9.99.0', false],
    ['', false],
    ['26.10.0', false],
    ['bun 1.2', false],
  ])('accepts version "%s": %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });

  it('takes the first that is new enough', () => {
    const versions: Readonly<Record<string, string>> = {
      pinned: '',
      own: 'v20.1.0',
      system: 'v24.0.0',
      other: 'v26.0.0',
    };
    const versionOf = (node: string): string => versions[node] ?? '';
    expect(chooseNode(['pinned', 'own', 'system', 'other'], versionOf)).toBe('system');
    expect(chooseNode(['pinned', 'own'], versionOf)).toBeUndefined();
  });

  it('runs each candidate to get its version, and skips one that cannot run', () => {
    expect(chooseNode(['/nowhere/node', '/dev/null', process.execPath])).toBe(process.execPath);
  });
});

describe('absent npm packages', () => {
  const linux = { platform: 'linux', arch: 'x64' };
  const wanted = {
    '': { version: '0.1.0' },
    'node_modules/yaml': { version: '2.0.0' },
    'node_modules/@esbuild/linux-x64': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'] },
    'node_modules/@esbuild/darwin-arm64': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
    'node_modules/wasm': { version: '1.0.0', optional: true },
  };

  it('are all of them before the first installation, except those for other machines', () => {
    expect(absentPackages(wanted, {}, linux)).toEqual(['node_modules/yaml', 'node_modules/@esbuild/linux-x64']);
  });

  it('include those of another version', () => {
    const have = { 'node_modules/yaml': { version: '1.9.0' }, 'node_modules/@esbuild/linux-x64': { version: '1.0.0' } };
    expect(absentPackages(wanted, have, linux)).toEqual(['node_modules/yaml']);
  });

  it('include those installed for another machine', () => {
    const have = { 'node_modules/yaml': { version: '2.0.0' }, 'node_modules/@esbuild/linux-x64': { version: '1.0.0' } };
    expect(absentPackages(wanted, have, linux)).toEqual([]);
    expect(absentPackages(wanted, have, { platform: 'darwin', arch: 'arm64' })).toEqual([
      'node_modules/@esbuild/darwin-arm64',
    ]);
  });
});

describe('unexpected npm packages', () => {
  const wanted = {
    '': {},
    'node_modules/yaml': { integrity: 'sha512-a' },
    'node_modules/other': { integrity: 'sha512-b' },
  };

  it('are none if everything installed is in the lock file', () => {
    expect(strangePackages(wanted, { 'node_modules/yaml': { integrity: 'sha512-a' } })).toEqual([]);
  });

  it.each([
    ['one that the lock file does not name', { 'node_modules/more': { integrity: 'sha512-c' } }, 'node_modules/more'],
    ['one with another hash', { 'node_modules/yaml': { integrity: 'sha512-b' } }, 'node_modules/yaml'],
    ['one without a hash', { 'node_modules/yaml': {} }, 'node_modules/yaml'],
  ])('include %s', (_why, have, path) => {
    expect(strangePackages(wanted, have)).toEqual([path]);
  });
});

describe('commandsOf', () => {
  it.each([
    [['vitest', 'run'], [['vitest', 'run']]],
    [
      ['node', 'a.ts', '--', 'vitest', 'run', 'test/plan'],
      [
        ['node', 'a.ts'],
        ['vitest', 'run', 'test/plan'],
      ],
    ],
    [['node', 'a.ts', '--'], [['node', 'a.ts']]],
    [[], []],
  ])('parses %j', (words, expected) => {
    expect(commandsOf(words)).toEqual(expected);
  });
});
