// The step before `npm run demo`, `npm test` and the others: makes sure that everything they need is there, says what
// it installs, and then runs the command with the right Node.js. Plain JavaScript without packages: it runs on the
// Node.js that npm came with (18 or newer), before anything is installed.
//
//   node src/make/prepare.mjs demo|test|build -- command arguments…
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const oldestNode = [22, 19];

/** What the commands need of the system. `any`: one of these files is enough; plain names are looked for on PATH. */
export const needs = [
  {
    any: ['/opt/cni/bin/bridge', '/usr/lib/cni/bridge', '/usr/libexec/cni/bridge'],
    debian: 'containernetworking-plugins',
    why: 'the CNI plugins that make the interfaces',
    for: ['demo', 'test'],
  },
  { any: ['ip'], debian: 'iproute2', why: 'network namespaces and routes', for: ['demo', 'test'] },
  { any: ['nsenter'], debian: 'util-linux', why: 'entering network namespaces', for: ['demo', 'test'] },
  { any: ['ping'], debian: 'iputils-ping', why: 'showing that pods reach each other', for: ['demo'] },
  { any: ['iptables'], debian: 'iptables', why: 'the portmap plugin', for: ['test'] },
  { any: ['containerd'], debian: 'containerd', why: 'a real container runtime', for: ['test'] },
  { any: ['runc'], debian: 'runc', why: 'a real container runtime', for: ['test'] },
  { any: ['kubectl'], debian: 'kubernetes-client', why: 'trying the API server of the tests', for: ['test'] },
  { any: ['/bin/busybox', '/usr/bin/busybox'], debian: 'busybox-static', why: 'what runs in the test containers', for: ['test'] },
];

const onPath = (name) => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) => isExecutable(join(folder, name)));

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The needs of a purpose that are not met. */
export const missing = (purpose, has = (file) => (file.includes('/') ? isExecutable(file) : onPath(file))) =>
  needs.filter((need) => need.for.includes(purpose) && !need.any.some(has));

/** What a person has to do where nothing can be installed from here. */
export function installHint(absent) {
  const names = absent.map(({ debian }) => debian).join(' ');
  const list = absent.map(({ any, debian, why }) => `  - ${any[0].includes('/') ? any.join(' or ') : any[0]}: ${why} (Debian package ${debian})`).join('\n');
  return `Missing:\n${list}\nOn Debian or Ubuntu, as root: apt-get install -y ${names}\nElsewhere: install the packages of your system with these programs (Fedora: dnf install, Alpine: apk add).`;
}

/** Whether a version text such as v22.19.0 is new enough. */
export function isNewEnough(version) {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version) ?? [];
  if (major === undefined) return false;
  return Number(major) > oldestNode[0] || (Number(major) === oldestNode[0] && Number(minor) >= oldestNode[1]);
}

const say = (text) => process.stderr.write(`prepare: ${text}\n`);

function fail(text) {
  process.stderr.write(`\n${text}\n`);
  process.exit(1);
}

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  return error === undefined && status === 0;
}

/** Installs the npm packages of package-lock.json unless they are there. */
function preparePackages() {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const file = join(root, 'node_modules/.package-lock.json');
  const have = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
  // packages for other machines are not installed, and that is right
  const absent = Object.entries(wanted.packages).filter(([path, { version, optional }]) => path !== '' && !optional && have[path]?.version !== version);
  if (absent.length === 0) return;
  say(`installing ${Object.keys(wanted.packages).length - 1} npm packages (npm install) …`);
  // not `npm ci`: it insists on lock entries for other machines' optional programs, which not every registry has
  if (!run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'])) fail('npm install failed; its messages are above.');
}

function versionOf(node) {
  const { stdout, status } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}

/** The Node.js to run with: the one of the npm package `node`, else one of the system that is new enough. */
function prepareNode() {
  const pinned = join(root, 'node_modules/node/bin/node');
  if (isNewEnough(versionOf(pinned))) return pinned;
  say('the npm package "node" has not installed its program yet: npm rebuild node …');
  if (run('npm', ['rebuild', 'node', '--loglevel=error']) && isNewEnough(versionOf(pinned))) return pinned;
  const system = [process.execPath, 'node'].find((node) => isNewEnough(versionOf(node)));
  if (system !== undefined) return system === 'node' ? spawnSync('which', ['node'], { encoding: 'utf8' }).stdout.trim() : system;
  return fail(
    `Node.js ${oldestNode.join('.')} or newer is needed (this is ${process.version}), and npm did not run the install script of the package "node".\nAllow it: npm install-scripts approve node esbuild && npm install\nOr install Node.js ${oldestNode.join('.')} or newer yourself.`,
  );
}

/** Installs what the system lacks, on Debian as root; elsewhere says what to install. */
function prepareSystem(purpose) {
  if (purpose !== 'demo' && purpose !== 'test') return;
  if (process.platform !== 'linux') fail('Network namespaces are needed: this runs on Linux only.');
  if (process.getuid() !== 0) fail('Network namespaces are made by root only: run this as root (or with sudo).');
  const absent = missing(purpose);
  if (absent.length === 0) return;
  if (!onPath('apt-get')) fail(installHint(absent));
  const packages = absent.map(({ debian }) => debian);
  for (const { debian, why } of absent) say(`installing the Debian package ${debian}: ${why}`);
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], quiet);
  if (!install() && !(run('apt-get', ['update', '-q'], quiet) && install())) fail(`apt-get could not install them.\n${installHint(absent)}`);
  const still = missing(purpose);
  if (still.length > 0) fail(installHint(still));
}

function main() {
  const [purpose = '', , ...command] = process.argv.slice(2);
  prepareSystem(purpose);
  preparePackages();
  const node = prepareNode();
  const path = [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);
  const child = spawn(command[0], command.slice(1), { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${command[0]}: ${error.message}`));
  child.on('exit', (status, signal) => process.exit(signal === null ? status : 1));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
