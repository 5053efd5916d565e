/** A container runtime as a distribution configures it. Paths as the node sees them. */
export interface KnownRuntime {
  readonly name: string;
  readonly kind: 'containerd' | 'cri-o';
  /** Its configuration files, read in this order; a folder stands for all files in it. */
  readonly configurations: readonly string[];
  readonly socket: string;
  /** The folder used when the configuration does not set one. */
  readonly confDir: string;
  readonly binDirs: readonly string[];
  /** A folder that distinguishes this distribution from others with the same configuration files. */
  readonly marker?: string;
}

const [confDir, binDirs] = ['/etc/cni/net.d', ['/opt/cni/bin']];
const k3s = '/var/lib/rancher/k3s';
const rke2 = '/var/lib/rancher/rke2';
const microk8s = '/var/snap/microk8s';
const containerd = {
  kind: 'containerd',
  configurations: ['/etc/containerd/config.toml'],
  socket: '/run/containerd/containerd.sock',
  confDir,
} as const;
const crio = {
  kind: 'cri-o',
  configurations: ['/etc/crio/crio.conf', '/etc/crio/crio.conf.d'],
  socket: '/run/crio/crio.sock',
} as const;

/** The most specific first: among entries with the same first configuration file, the first existing marker wins. */
export const knownRuntimes: readonly KnownRuntime[] = [
  {
    name: 'k3s',
    kind: 'containerd',
    configurations: [`${k3s}/agent/etc/containerd/config.toml`],
    socket: '/run/k3s/containerd/containerd.sock',
    confDir: `${k3s}/agent/etc/cni/net.d`,
    binDirs: [`${k3s}/data/cni`],
  },
  {
    name: 'RKE2',
    kind: 'containerd',
    configurations: [`${rke2}/agent/etc/containerd/config.toml`],
    socket: '/run/k3s/containerd/containerd.sock',
    confDir,
    binDirs,
  },
  {
    name: 'MicroK8s',
    kind: 'containerd',
    configurations: [`${microk8s}/current/args/containerd.toml`],
    socket: `${microk8s}/common/run/containerd.sock`,
    confDir: `${microk8s}/current/args/cni-network`,
    binDirs: [`${microk8s}/current/opt/cni/bin`],
  },
  {
    name: 'k0s',
    kind: 'containerd',
    configurations: ['/etc/k0s/containerd.toml', '/run/k0s/containerd-cri.toml'],
    socket: '/run/k0s/containerd.sock',
    confDir,
    binDirs,
  },
  {
    name: 'Talos',
    kind: 'containerd',
    configurations: ['/etc/cri/containerd.toml', '/etc/cri/conf.d/cri.toml'],
    socket: containerd.socket,
    confDir,
    binDirs,
  },
  { name: 'GKE', ...containerd, binDirs: ['/home/kubernetes/bin'], marker: '/home/kubernetes/bin' },
  { name: 'containerd', ...containerd, binDirs },
  {
    name: 'OpenShift',
    ...crio,
    confDir: '/etc/kubernetes/cni/net.d',
    binDirs: ['/var/lib/cni/bin', '/usr/libexec/cni'],
    marker: '/etc/kubernetes/cni/net.d',
  },
  { name: 'CRI-O', ...crio, confDir, binDirs },
];
