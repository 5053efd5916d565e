import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerdSection, crioSection } from '../../src/install/runtime-config.ts';
import { findFolders } from '../../src/install/index.ts';
import { inRoot } from '../../src/install/in-root.ts';

let root: string;
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'plexus-root-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, text = ''): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
const folder = (path: string): Promise<unknown> => mkdir(join(root, path), { recursive: true });
const v2 = (confDir: string, binDir: string): string =>
  `version = 2\n[plugins."io.containerd.grpc.v1.cri".cni]\n  bin_dir = "${binDir}"\n  conf_dir = "${confDir}"\n  max_conf_num = 1\n`;
const v3 = `version = 3\n[plugins.'io.containerd.cri.v1.runtime'.cni]\nbin_dirs = ['/a/bin', '/b/bin']\nbin_dir = '/old'\nconf_dir = '/a/net.d'\n`;
const usual = { confDir: '/etc/cni/net.d', binDirs: ['/opt/cni/bin'] };

describe('the folders of a running container runtime', () => {
  const process = async (pid: number, ...words: string[]): Promise<void> => {
    await put(`/proc/${pid}/cmdline`, words.map((word) => `${word}\0`).join(''));
    await put(`/proc/${pid}/status`, `Name:\t${basename(words[0] ?? '')}\nUmask:\t0022\nUid:\t0\t0\t0\t0\n`);
  };
  const left = (): Promise<void> => put('/etc/containerd/config.toml', v2('/left/net.d', '/left/bin'));
  const names = (all: readonly { confDir: string; isRunning: boolean }[]): readonly string[] =>
    all.map(({ confDir, isRunning }) => `${confDir} ${isRunning}`);

  it.each([
    { title: '--config FILE', words: ['--log-level', 'info', '--config', '/srv/containerd.toml'] },
    { title: '--config=FILE', words: ['--config=/srv/containerd.toml'] },
    { title: '-c FILE', words: ['-c', '/srv/containerd.toml', '--address', '/run/containerd/containerd.sock'] },
  ])('come from its --config file ($title) rather than the usual file', async ({ words }) => {
    await left();
    await put('/run/containerd/containerd.sock');
    await put('/srv/containerd.toml', v2('/srv/net.d', '/srv/bin'));
    await process(700, '/usr/bin/containerd', ...words);
    const { runtimes } = await findFolders(root);
    expect(runtimes).toMatchObject([
      {
        runtime: 'containerd',
        configurations: ['/srv/containerd.toml'],
        confDir: '/srv/net.d',
        binDirs: ['/srv/bin'],
        isRunning: true,
      },
    ]);
  });

  it('come from the usual file if it has no --config, even if its socket is not visible', async () => {
    await left();
    await process(700, 'containerd');
    expect(names((await findFolders(root)).runtimes)).toEqual(['/left/net.d true']);
  });

  it('come from the file of k3s, although another containerd was installed before', async () => {
    await left();
    const own = '/var/lib/rancher/k3s/agent/etc/containerd/config.toml';
    await put(own, v2('/k3s/net.d', '/k3s/bin'));
    await process(900, 'containerd', '-c', own, '-a', '/run/k3s/containerd/containerd.sock');
    const { runtimes } = await findFolders(root);
    expect(runtimes[0]).toMatchObject({ runtime: 'k3s', confDir: '/k3s/net.d', isRunning: true });
    expect(names(runtimes.slice(1))).toEqual(['/left/net.d false']);
  });

  it('come from the file of each runtime if containerd and CRI-O run side by side', async () => {
    await left();
    await put('/srv/crio.conf', '[crio.network]\nnetwork_dir = "/crio/net.d"\n');
    await process(700, 'containerd');
    await process(701, '/usr/local/bin/crio', '--config', '/srv/crio.conf');
    expect(names((await findFolders(root)).runtimes)).toEqual(['/left/net.d true', '/crio/net.d true']);
  });

  it('never come from a process whose file is not on this node, nor from programs with similar names', async () => {
    await left();
    await process(700, 'containerd', '--config', '/in/a/container.toml');
    await process(701, 'containerd-shim-runc-v2', '--config', '/left');
    await process(702, 'vim', 'containerd', '--config', '/srv/x.toml');
    await process(703, '');
    expect(names((await findFolders(root)).runtimes)).toEqual(['/left/net.d false']);
  });
});

describe('a process that has the command line of a container runtime', () => {
  const evil = '/home/mallory/containerd.toml';
  const rootMount = (number: number): string => `${number} 1 8:1 / / rw - ext4 /dev/sda1 rw\n`;
  beforeEach(async () => {
    await put('/etc/containerd/config.toml', v2('/left/net.d', '/left/bin'));
    await put(evil, v2('/evil/net.d', '/evil/bin'));
    await put('/proc/1/mountinfo', rootMount(20));
    await put('/proc/700/cmdline', ['containerd', '--config', evil, ''].join('\0'));
    await put('/proc/700/status', 'Name:\tcontainerd\nUid:\t0\t0\t0\t0\n');
    await put('/proc/700/mountinfo', rootMount(20));
  });
  const confDirs = async (): Promise<readonly string[]> =>
    (await findFolders(root)).runtimes.map(({ confDir }) => confDir);

  it('is trusted if root started a program of that name', async () => {
    expect(await confDirs()).toEqual(['/evil/net.d']);
  });
  it.each([
    { title: 'another user of the node started it', status: 'Name:\tcontainerd\nUid:\t1000\t1000\t1000\t1000\n' },
    { title: 'another user started a setuid program', status: 'Name:\tcontainerd\nUid:\t1000\t0\t0\t0\n' },
    { title: 'it is another program of root, such as sudo', status: 'Name:\tsudo\nUid:\t0\t0\t0\t0\n' },
    { title: 'it runs in a pod, whose mount namespace cannot be read', mounts: rootMount(900) },
  ])('is ignored when $title', async ({ status, mounts }) => {
    if (status !== undefined) await put('/proc/700/status', status);
    if (mounts !== undefined) await put('/proc/700/mountinfo', mounts);
    expect(await confDirs()).toEqual(['/left/net.d']);
  });
  it('does not block the search if its configuration is a FIFO', async () => {
    await rm(join(root, evil));
    execFileSync('mkfifo', [join(root, evil)]);
    expect((await findFolders(root)).warnings).toEqual([
      `${evil} cannot be read: ${join(root, evil)} is a FIFO, not a regular file`,
    ]);
  });
});

describe('the folders in the configuration of a container runtime', () => {
  it.each([
    {
      node: 'containerd, version 2',
      files: { '/etc/containerd/config.toml': v2('/c/net.d', '/c/bin') },
      found: { confDir: '/c/net.d', binDirs: ['/c/bin'] },
    },
    {
      node: 'containerd, version 3',
      files: { '/etc/containerd/config.toml': v3 },
      found: { confDir: '/a/net.d', binDirs: ['/a/bin', '/b/bin'] },
    },
    {
      node: 'containerd, version 1',
      files: { '/etc/containerd/config.toml': '[plugins.cri.cni]\nconf_dir = "/one"\n' },
      found: { ...usual, confDir: '/one' },
    },
    {
      node: 'kind, whose containerd has no CNI settings',
      files: { '/etc/containerd/config.toml': 'version = 2\n' },
      found: usual,
    },
    {
      node: 'k3s',
      files: {
        '/var/lib/rancher/k3s/agent/etc/containerd/config.toml': v2(
          '/var/lib/rancher/k3s/agent/etc/cni/net.d',
          '/var/lib/rancher/k3s/data/cni',
        ),
      },
      found: {
        runtime: 'k3s',
        confDir: '/var/lib/rancher/k3s/agent/etc/cni/net.d',
        binDirs: ['/var/lib/rancher/k3s/data/cni'],
      },
    },
    {
      node: 'k3s with a custom template without CNI settings',
      files: { '/var/lib/rancher/k3s/agent/etc/containerd/config.toml': 'version = 3\n' },
      found: {
        runtime: 'k3s',
        confDir: '/var/lib/rancher/k3s/agent/etc/cni/net.d',
        binDirs: ['/var/lib/rancher/k3s/data/cni'],
      },
    },
    {
      node: 'RKE2',
      files: { '/var/lib/rancher/rke2/agent/etc/containerd/config.toml': v2('/etc/cni/net.d', '/opt/cni/bin') },
      found: { runtime: 'RKE2', ...usual },
    },
    {
      node: 'MicroK8s',
      files: { '/var/snap/microk8s/current/args/containerd.toml': '' },
      found: {
        runtime: 'MicroK8s',
        confDir: '/var/snap/microk8s/current/args/cni-network',
        binDirs: ['/var/snap/microk8s/current/opt/cni/bin'],
      },
    },
    {
      node: 'Talos',
      files: {
        '/etc/cri/containerd.toml': 'imports = ["/etc/cri/conf.d/cri.toml"]',
        '/etc/cri/conf.d/cri.toml': v2('/etc/cni/net.d', '/t/bin'),
      },
      found: { runtime: 'Talos', binDirs: ['/t/bin'] },
    },
    {
      node: 'k0s',
      files: { '/run/k0s/containerd-cri.toml': v2('/etc/cni/net.d', '/k0s/bin') },
      found: { runtime: 'k0s', binDirs: ['/k0s/bin'] },
    },
    {
      node: 'GKE',
      files: { '/etc/containerd/config.toml': 'version = 2', '/home/kubernetes/bin/x': '' },
      found: { runtime: 'GKE', ...usual, binDirs: ['/home/kubernetes/bin'] },
    },
    {
      node: 'OpenShift',
      files: {
        '/etc/crio/crio.conf.d/00-default':
          '[crio.network]\nnetwork_dir = "/etc/kubernetes/cni/net.d/"\nplugin_dirs = ["/var/lib/cni/bin", "/usr/libexec/cni"]\n',
        '/etc/kubernetes/cni/net.d/x': '',
      },
      found: {
        runtime: 'OpenShift',
        confDir: '/etc/kubernetes/cni/net.d/',
        binDirs: ['/var/lib/cni/bin', '/usr/libexec/cni'],
      },
    },
    {
      node: 'CRI-O, whose later files override earlier ones',
      files: {
        '/etc/crio/crio.conf': '[crio.network]\nnetwork_dir = "/one"\nplugin_dir = "/old"\n',
        '/etc/crio/crio.conf.d/10.conf': '[crio.network]\nnetwork_dir = "/two"\n',
        '/etc/crio/crio.conf.d/20.conf': '[crio]\nlog_level = "info"\n',
      },
      found: { runtime: 'CRI-O', confDir: '/two', binDirs: ['/old'] },
    },
  ])('are found for $node', async ({ files, found }) => {
    for (const [path, text] of Object.entries(files)) await put(path, text);
    expect(await findFolders(root)).toMatchObject({ runtimes: [found], warnings: [] });
  });

  it('are read from imported files first, including relative, "*" and circular imports', async () => {
    await put(
      '/etc/containerd/config.toml',
      `imports = ["conf.d/*.toml", "/etc/containerd/config.toml"]\n${v2('/main', '/main/bin')}`,
    );
    await put(
      '/etc/containerd/conf.d/20.toml',
      'imports = ["../config.toml"]\n[plugins."io.containerd.grpc.v1.cri".cni]\nconf_dir = "/twenty"\n',
    );
    await put('/etc/containerd/conf.d/10.toml', '[plugins."io.containerd.grpc.v1.cri".cni]\nconf_dir = "/ten"\n');
    expect((await findFolders(root)).runtimes).toMatchObject([
      {
        confDir: '/twenty',
        binDirs: ['/main/bin'],
        configurations: [
          '/etc/containerd/config.toml',
          '/etc/containerd/conf.d/10.toml',
          '/etc/containerd/conf.d/20.toml',
        ],
      },
    ]);
  });

  it('of the running runtime come first if there are two, and Docker’s containerd is ignored', async () => {
    await put('/etc/containerd/config.toml', 'version = 2');
    await put('/etc/crio/crio.conf', '');
    expect((await findFolders(root)).runtimes.map(({ runtime }) => runtime)).toEqual(['containerd', 'CRI-O']);
    await put('/run/crio/crio.sock');
    expect((await findFolders(root)).runtimes).toMatchObject([
      { runtime: 'CRI-O', isRunning: true },
      { runtime: 'containerd' },
    ]);
    await put('/etc/containerd/config.toml', 'disabled_plugins = ["cri"]');
    expect((await findFolders(root)).runtimes.map(({ runtime }) => runtime)).toEqual(['CRI-O']);
  });

  it('are the usual ones, with a warning, if no runtime is found', async () => {
    expect(await findFolders(root)).toEqual({
      runtimes: [{ runtime: 'unknown', configurations: [], ...usual, isRunning: false }],
      warnings: ['no configuration of a container runtime was found: the usual folders are used'],
    });
  });

  it('are the usual ones, with a warning, if a file is unreadable', async () => {
    await put('/etc/containerd/config.toml', 'version = ');
    await folder('/etc/crio/crio.conf.d/x.conf');
    const { runtimes, warnings } = await findFolders(root);
    expect(runtimes).toMatchObject([usual, usual]);
    expect(warnings).toEqual([
      expect.stringMatching(/^\/etc\/containerd\/config\.toml is not TOML: /),
      expect.stringMatching(/^\/etc\/crio\/crio\.conf\.d\/x\.conf cannot be read: .* is a folder, not a regular file$/),
    ]);
  });

  it('K8S-50: are reported with a warning if the runtime loads several configurations, which would attach the default network twice', async () => {
    await put('/etc/containerd/config.toml', '[plugins."io.containerd.grpc.v1.cri".cni]\nmax_conf_num = 0\n');
    expect((await findFolders(root)).warnings).toEqual([
      expect.stringContaining('containerd loads all configurations (max_conf_num)'),
    ]);
  });

  it('are parsed from any text without a crash (property)', () => {
    const cni = fc.record({
      conf_dir: fc.jsonValue(),
      bin_dir: fc.jsonValue(),
      bin_dirs: fc.jsonValue(),
      network_dir: fc.jsonValue(),
      plugin_dirs: fc.jsonValue(),
    });
    const keys = (json: object): string =>
      Object.entries(json)
        .map(
          ([key, value]) => `${key} = ${value === null || typeof value === 'object' ? '"x"' : JSON.stringify(value)}`,
        )
        .join('\n');
    fc.assert(
      fc.property(cni, (json) => {
        for (const [read, place] of [
          [containerdSection, 'plugins.cri.cni'],
          [crioSection, 'crio.network'],
        ] as const) {
          const { confDir, binDirs = [] } = read(`[${place}]\n${keys(json)}`);
          expect([confDir ?? '', ...binDirs].every((each) => typeof each === 'string')).toBe(true);
          if (confDir !== undefined) expect([json.conf_dir, json.network_dir, 'x']).toContain(confDir);
        }
      }),
    );
  });
});

describe("a path of the node, seen from a container with the node's files under a root", () => {
  it.each([
    { path: '/a/real/x', at: '/a/real/x' },
    { path: '/abs/x', at: '/a/real/x' },
    { path: '/rel/x', at: '/a/real/x' },
    { path: '/up/x', at: '/a/real/x' },
    { path: '/../../etc', at: '/etc' },
    { path: '/two/x', at: '/a/real/x' },
    { path: '/missing/./x', at: '/missing/x' },
  ])('$path resolves to $at', async ({ path, at }) => {
    await folder('/a/real');
    await symlink('/a/real', join(root, 'abs'));
    await symlink('a/real', join(root, 'rel'));
    await symlink('../../../../a/real', join(root, 'up'));
    await symlink('/abs', join(root, 'two'));
    expect(await inRoot(root, path)).toBe(join(root, at));
  });

  it('is resolved even if symbolic links are circular', async () => {
    await symlink('/b', join(root, 'a'));
    await symlink('/a', join(root, 'b'));
    expect(await inRoot(root, '/a/x')).toMatch(/\/[ab]\/x$/);
  });
});
