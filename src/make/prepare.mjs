// Prepares `npm run demo`, `npm test` and other commands: installs what they need, prints what it installs, and runs
// them with the right Node.js. Except for the demo, it prints nothing if nothing is missing. The output of package
// managers goes to a log, which is printed if they fail. Plain JavaScript without packages, because it runs on the
// Node.js that npm came with (18 or newer), before anything is installed.
//
//   node src/make/prepare.mjs demo|test|build|image|check -- command arguments… [-- next command]
//
// The next command runs only if the previous one succeeded.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { constants as osConstants, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const pinnedNode = join(root, `node_modules/node-linux-${process.arch}/bin/node`);
const oldestNode = [22, 19];
const purposes = ['demo', 'test', 'build', 'image', 'check'];
const pathFolders = [
  ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/usr/bin',
  '/bin',
];

const crossCompiler =
  process.arch === 'arm64'
    ? { triplet: 'x86_64-linux-gnu', debian: 'gcc-x86-64-linux-gnu libc6-dev-amd64-cross' }
    : { triplet: 'aarch64-linux-gnu', debian: 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross' };

/**
 * The programs and libraries that the commands need from the system; all files of an entry in one folder (a folder of
 * PATH by default). `only: 'warn'`: just one test or check needs it and is skipped without it.
 */
export const needs = [
  {
    programs: ['bridge', 'macvlan', 'host-local', 'ptp', 'portmap', 'tuning', 'static', 'loopback'],
    folders: ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'],
    debian: 'containernetworking-plugins',
    why: 'the CNI plugins that make the interfaces',
    for: ['demo', 'test'],
  },
  {
    programs: ['gcc'],
    debian: 'gcc',
    why: 'building the native program for the host',
    for: ['demo', 'test', 'build', 'image'],
  },
  {
    programs: ['libc.a'],
    folders: ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'],
    debian: 'libc6-dev',
    why: 'building the native program for the host',
    for: ['demo', 'test', 'build', 'image'],
  },
  {
    programs: [`${crossCompiler.triplet}-gcc`],
    debian: crossCompiler.debian,
    why: 'building the image for the other processor',
    for: ['test', 'image'],
    only: 'warn',
  },
  {
    programs: ['qemu-aarch64-static'],
    debian: 'qemu-user-static',
    why: 'running the image for arm64',
    for: ['test'],
    only: 'warn',
  },
  { programs: ['ip'], debian: 'iproute2', why: 'network namespaces and routes', for: ['demo', 'test'] },
  { programs: ['nsenter', 'unshare'], debian: 'util-linux', why: 'entering network namespaces', for: ['demo', 'test'] },
  { programs: ['ping'], debian: 'iputils-ping', why: 'showing that pods reach each other', for: ['demo', 'test'] },
  { programs: ['sysctl'], debian: 'procps', why: 'switching IPv6 off in a test', for: ['test'] },
  { programs: ['iptables', 'ip6tables'], debian: 'iptables', why: 'the portmap plugin', for: ['test'] },
  { programs: ['containerd', 'ctr'], debian: 'containerd', why: 'a real container runtime', for: ['test'] },
  { programs: ['runc'], debian: 'runc', why: 'a real container runtime', for: ['test'] },
  {
    programs: ['busybox'],
    folders: ['/bin', '/usr/bin'],
    debian: 'busybox-static',
    why: 'what runs in the test containers',
    for: ['test'],
  },
  { programs: ['valgrind'], debian: 'valgrind', why: 'memory checks of the native program', for: ['test'] },
  {
    programs: ['clang-14'],
    debian: 'clang-14 libclang-rt-14-dev',
    why: 'the fuzz target of the native program',
    for: ['test'],
    only: 'warn',
  },
  {
    programs: ['clang-format-14'],
    debian: 'clang-format-14',
    why: 'checking the format of the native program',
    for: ['test'],
    only: 'warn',
  },
  {
    programs: ['go'],
    debian: 'golang-go golang-github-masterminds-sprig-dev golang-gopkg-yaml.v3-dev',
    why: 'rendering the Helm chart',
    for: ['test'],
    only: 'warn',
  },
  { programs: ['shellcheck'], debian: 'shellcheck', why: 'checking the shell scripts', for: ['test'], only: 'warn' },
  { programs: ['chromium'], debian: 'chromium', why: 'trying the page of plexus ui', for: ['test'], only: 'warn' },
  { programs: ['promtool'], debian: 'prometheus', why: 'testing the alerts', for: ['test'], only: 'warn' },
  { programs: ['strace'], debian: 'strace', why: 'counting processes and syncs', for: ['test'], only: 'warn' },
  {
    programs: ['kubectl'],
    debian: 'kubernetes-client',
    why: "trying the tests' own API server",
    for: ['test'],
    only: 'warn',
  },
  {
    programs: ['libatomic.so.1'],
    folders: ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/lib'],
    debian: 'libatomic1',
    why: 'a library of the Node.js in the npm package node-linux-*',
    for: ['node'],
  },
];

/** The unmet needs of a purpose. */
export const missing = (purpose, isThere = isExecutable) =>
  needs.filter((need) => {
    const { programs, folders } = need;
    if (!need.for.includes(purpose)) return false;
    if (folders !== undefined)
      return !folders.some((folder) => programs.every((program) => isThere(join(folder, program))));
    return !programs.every((program) => pathFolders.some((folder) => isThere(join(folder, program))));
  });

function isExecutable(file) {
  try {
    accessSync(file, /\.(so|a)\b/.test(file) ? constants.R_OK : constants.X_OK); // A library need not be executable.
    return true;
  } catch {
    return false;
  }
}

/** Describes what the user must install where this script cannot. */
export function installHint(absent) {
  const lines = absent.map(({ programs, folders, debian, why }) => {
    const place = folders === undefined ? '' : ` in ${folders.join(' or ')}`;
    return `  - ${programs.join(', ')}${place}: ${why} (Debian package ${debian})`;
  });
  return [
    'Missing:',
    ...lines,
    `On Debian or Ubuntu, as root: apt-get update && apt-get install -y --no-install-recommends ${absent.map(({ debian }) => debian).join(' ')}`,
    'Elsewhere, install the packages of your system that have these programs (Fedora: dnf install, Alpine: apk add, Arch: pacman -S).',
  ].join('\n');
}

/** Whether a version such as v22.19.0 is new enough. */
export function isNewEnough(version) {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version) ?? [];
  if (major === undefined) return false;
  return Number(major) > oldestNode[0] || (Number(major) === oldestNode[0] && Number(minor) >= oldestNode[1]);
}

/** Returns the first of these programs that is a recent enough Node.js. */
export const chooseNode = (candidates, versionOf = askVersion) =>
  candidates.find((node) => isNewEnough(versionOf(node)));

function askVersion(node) {
  const { stdout, status } = spawnSync(node, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return status === 0 ? stdout.trim() : '';
}

/**
 * Lists the packages of package-lock.json that the machine needs but lacks, by folder.
 * @param {Record<string, object>} wanted
 * @param {Record<string, { version?: string, integrity?: string }>} have
 * @param {{ platform: string, arch: string }} machine
 */
export const absentPackages = (wanted, have, { platform, arch } = process) =>
  Object.entries(wanted)
    .filter(([path, entry]) => path !== '' && isForHere(entry, platform, arch) && !isThere(path, entry, have))
    .map(([path]) => path);

/**
 * Lists the installed packages that package-lock.json does not contain, or contains with another hash.
 * @param {Record<string, { integrity?: string }>} wanted
 * @param {Record<string, { integrity?: string }>} have
 */
export const strangePackages = (wanted, have) =>
  Object.entries(have)
    .filter(
      ([path, { integrity }]) => path !== '' && (integrity === undefined || wanted[path]?.integrity !== integrity),
    )
    .map(([path]) => path);

// Packages for other platforms are correctly not installed.
const isForHere = ({ optional, os, cpu }, platform, arch) =>
  !optional || ((os?.includes(platform) ?? false) && (cpu?.includes(arch) ?? false));

// Packages that name a C library come in pairs (…-gnu and …-musl). npm installs the right one, so one is enough.
const isThere = (path, { version, libc }, have) =>
  libc === undefined || !/(gnu|musl)\w*$/.test(path)
    ? have[path]?.version === version
    : Object.keys(have).some((each) => each.startsWith(path.replace(/(gnu|musl)\w*$/, '')));

/** The commands after the first `--`, separated by `--`. */
export function commandsOf(words) {
  const commands = [[]];
  for (const word of words) {
    if (word === '--') commands.push([]);
    else commands.at(-1).push(word);
  }
  return commands.filter((command) => command.length > 0);
}

const say = (text) => process.stderr.write(`prepare: ${text}\n`);
function fail(text) {
  process.stderr.write(`\n${text}\n`);
  process.exit(1);
}

let logFile;

/** The log of the package managers; created with the first of them, in a folder that only this user can read. */
const packageLog = () => (logFile ??= join(mkdtempSync(join(tmpdir(), 'plexus-prepare-')), 'packages.log'));

/** Runs a package manager. Its output goes to the log. Returns whether it succeeded. */
export function runLogged(command, args, { env = {}, file = packageLog() } = {}) {
  const output = openSync(file, 'a');
  try {
    const stdio = ['ignore', output, output];
    const { status, error } = spawnSync(command, args, { cwd: root, stdio, env: { ...process.env, ...env } });
    return error === undefined && status === 0;
  } finally {
    closeSync(output);
  }
}

/** What the package managers printed, for a person who must find out why one failed. */
const logged = () => (logFile === undefined ? '' : `${readFileSync(logFile, 'utf8')}\n(from ${logFile})\n`);

const packagesOf = (file) =>
  existsSync(join(root, file)) ? JSON.parse(readFileSync(join(root, file), 'utf8')).packages : {};

/**
 * Installs exactly the npm packages of package-lock.json unless they are installed. npm checks their hashes and runs no
 * install script (see .npmrc). There is no fallback if this fails. Runs npm with `node`, if given.
 */
function preparePackages(node) {
  const wanted = packagesOf('package-lock.json');
  const differences = () => {
    const have = packagesOf('node_modules/.package-lock.json');
    return { absent: absentPackages(wanted, have), strange: strangePackages(wanted, have) };
  };
  const before = differences();
  if (before.absent.length + before.strange.length === 0) return;
  say('installing the npm packages of package-lock.json (npm ci) …');
  const env = node === undefined ? {} : { PATH: pathFor(node) };
  if (!runLogged('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { env }))
    fail(`${logged()}\nnpm ci failed; its messages are above.`);
  const { strange } = differences();
  if (strange.length > 0)
    fail(
      `npm installed what package-lock.json does not name: ${strange.join(', ')}. Remove node_modules and try again.`,
    );
}

/**
 * Chooses the Node.js to run with: the one of package-lock.json, otherwise a recent enough one of the system. The image
 * uses only the first (image.ts).
 */
function prepareNode() {
  const isReady = () => chooseNode([pinnedNode]) !== undefined;
  if (isReady()) return pinnedNode;
  if (canInstall()) install(missing('node'));
  if (isReady()) return pinnedNode;
  // Otherwise `npm run` would use it as Node.js from now on.
  rmSync(join(root, 'node_modules/.bin/node'), { force: true });
  const found = chooseNode([
    process.execPath,
    ...pathFolders.map((folder) => join(folder, 'node')).filter(isExecutable),
  ]);
  if (found === undefined) return fail(nodeHint());
  say(`the Node.js of package-lock.json does not run here: running with ${found} instead`);
  return found;
}

function nodeHint() {
  const oldest = oldestNode.join('.');
  const absent = missing('node');
  return [
    `Node.js ${oldest} or newer is needed. This is ${process.version}, and ${pinnedNode} does not run.`,
    'Run npm ci again, on Linux with glibc (x64 or arm64).',
    `Or install Node.js ${oldest} or newer yourself.`,
    ...(absent.length === 0 ? [] : [installHint(absent)]),
  ].join('\n');
}

/** Installs missing system packages on Debian as root; otherwise prints what to install. */
function prepareSystem(purpose) {
  if (!needs.some((need) => need.for.includes(purpose))) return;
  if (process.platform !== 'linux') fail('Network namespaces are needed: this runs on Linux only.');
  const needsRoot = purpose !== 'build' && purpose !== 'image'; // Everyone can use an installed compiler.
  const absent = missing(purpose);
  const hint = absent.length === 0 ? '' : `\n${installHint(absent)}`;
  if (needsRoot && process.getuid() !== 0)
    fail(`Network namespaces are made by root only: run this as root, for example with sudo.${hint}`);
  if (canInstall()) {
    install(absent.filter(({ only }) => only !== 'warn'));
    for (const need of absent.filter(({ only }) => only === 'warn')) install([need]);
  }
  const still = missing(purpose);
  if (still.some(({ only }) => only !== 'warn')) fail(`${logged()}${installHint(still)}`);
  for (const { programs, why } of still)
    say(`going on without ${programs.join(', ')} (${why}): what needs it is skipped`);
}

const canInstall = () =>
  process.getuid?.() === 0 && pathFolders.some((folder) => isExecutable(join(folder, 'apt-get')));

function install(absent) {
  if (absent.length === 0) return;
  for (const { debian, why } of absent) say(`installing the Debian package ${debian}: ${why}`);
  const packages = absent.flatMap(({ debian }) => debian.split(' '));
  const apt = (words) => runLogged('apt-get', words, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  // Under systemd, Debian's containerd package starts its service as usual; without systemd, nothing is started.
  const words = ['install', '-y', '-q', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', ...packages];
  const isKnown = apt([...words, '--simulate']);
  if (isKnown && apt(words)) return;
  apt(['update', '-q']);
  apt(words);
}

/** PATH with this Node.js as `node`, and the binaries of npm packages before those of the system. */
function pathFor(node) {
  const bin = join(root, 'node_modules/.bin');
  const first = isExecutable(join(bin, 'node')) ? [dirname(node), bin] : [bin, dirname(node)];
  return [...first, ...pathFolders].join(delimiter);
}

/** Runs one command to its end. Returns its exit status, as a shell would. */
function follow([command, ...args], env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
    // In a terminal, Ctrl-C reaches the command directly, so this process only waits for it.
    const passOn = (signal) => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal).on(signal, passOn);
    child.on('error', (error) => fail(`${command}: ${error.message}`));
    child.on('exit', (status, signal) => resolve(status ?? 128 + osConstants.signals[signal]));
  });
}

const demoGreeting =
  'the demo of Plexus: two pods on one node, three networks each. First, what it needs is installed and built; with nothing installed, this takes a minute or two.';

async function main() {
  const [purpose = '', separator, ...words] = process.argv.slice(2);
  const commands = commandsOf(words);
  if (!purposes.includes(purpose) || separator !== '--' || commands.length === 0)
    return fail(`usage: node src/make/prepare.mjs ${purposes.join('|')} -- command arguments… [-- next command]`);
  if (purpose === 'demo') say(demoGreeting);
  // Elsewhere, shim.ts leaves out the native programs, and nothing else of a build needs the system.
  if (process.platform === 'linux' || purpose !== 'build') prepareSystem(purpose);
  preparePackages();
  const node = prepareNode();
  preparePackages(node); // npm skips packages that require a newer Node.js than the one it runs with.
  const env = { ...process.env, PATH: pathFor(node) };
  for (const command of commands) {
    const status = await follow(command, env);
    if (status !== 0) return process.exit(status);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
