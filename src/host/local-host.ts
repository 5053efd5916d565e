import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Env } from '../cni/index.ts';
import { hostCommandFailed, netnsUnusable, pluginNotRunnable, pluginOutputTooLong, problemOf, routesFailed } from '../errors/index.ts';
import { type ChildEnd, runChild } from './child.ts';
import { findPlugin } from './find-plugin.ts';
import { type DefaultRouteEntry, type Host, type PluginExit, type PluginRun, type RouteTarget } from './host.ts';
import { defaultRoutesFrom, linksFrom } from './ip-json.ts';

const mostStdoutBytes = 4 * 1024 * 1024;
const busyTries = 6;
const busyPauseMs = 200;

/** A Host that is this process itself: plugins are its children, namespaces are entered by nsenter and ip (iproute2). */
export function localHost(): Host {
  return {
    runPlugin,
    listLinks: async (netns, signal) => parsed('ip address', linksFrom, await inNetns(netns, ['-j', 'address'], signal)),
    defaultRoutes,
    setDefaultRoutes,
  };
}

async function runPlugin(run: PluginRun, signal: AbortSignal): Promise<PluginExit> {
  const file = await findPlugin(run.plugin, run.path);
  const end = await startWhenWritten({ file, args: [], env: run.env, stdin: run.stdin, mostStdoutBytes }, signal);
  switch (end.kind) {
    case 'exited':
      return end;
    case 'not-started':
      throw pluginNotRunnable({ plugin: run.plugin, file, problem: end.problem });
    case 'too-much-output':
      throw pluginOutputTooLong({ plugin: run.plugin, limitBytes: mostStdoutBytes });
  }
}

// "text file busy": somebody is replacing the plugin right now (CNI-66); after some tries that is the answer
async function startWhenWritten(run: Parameters<typeof runChild>[0], signal: AbortSignal): Promise<ChildEnd> {
  for (let tries = 1; ; tries++) {
    const end = await runChild(run, signal);
    if (end.kind !== 'not-started' || end.code !== 'ETXTBSY' || tries === busyTries) return end;
    await delay(busyPauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

async function defaultRoutes({ netns, interfaceName, family }: RouteTarget, signal: AbortSignal): Promise<readonly DefaultRouteEntry[]> {
  const args = ['-j', `-${family}`, 'route', 'show', 'default', 'table', 'main', 'dev', interfaceName];
  return parsed('ip route', defaultRoutesFrom, await inNetns(netns, args, signal));
}

async function setDefaultRoutes(target: RouteTarget, routes: readonly DefaultRouteEntry[], signal: AbortSignal): Promise<void> {
  for (const route of await defaultRoutes(target, signal)) await changeRoute('del', target, route, signal);
  for (const route of routes) await changeRoute('add', target, route, signal);
}

async function changeRoute(verb: 'add' | 'del', target: RouteTarget, route: DefaultRouteEntry, signal: AbortSignal): Promise<void> {
  const { netns, interfaceName, family } = target;
  const way = route.gateway === undefined ? [] : ['via', route.gateway];
  const strength = route.metric === undefined ? [] : ['metric', String(route.metric)];
  try {
    await inNetns(netns, [`-${family}`, 'route', verb, 'default', ...way, 'dev', interfaceName, ...strength], signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw routesFailed({ interfaceName, problem: `${verb === 'add' ? 'setting' : 'removing'} ${['default', ...way, ...strength].join(' ')}: ${problemOf(error)}` }, { cause: error });
  }
}

/** Output of `ip` inside a namespace. */
async function inNetns(netns: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const end = await runChild({ file: 'nsenter', args: [`--net=${netns}`, 'ip', ...args], env: commandEnv, stdin: '', mostStdoutBytes }, signal);
  if (end.kind === 'exited' && end.exitCode === 0) return end.stdout;
  await assertNetns(netns);
  throw hostCommandFailed({ command: `ip ${args.join(' ')}`, problem: problemOfEnd(end) });
}

// only looked at after a failure, to say what is wrong
async function assertNetns(netns: string): Promise<void> {
  const found = await stat(netns).catch((error: unknown) => {
    throw netnsUnusable({ netns, problem: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it does not exist' : problemOf(error) });
  });
  if (!found.isFile()) throw netnsUnusable({ netns, problem: 'it is no namespace' });
}

function problemOfEnd(end: ChildEnd): string {
  switch (end.kind) {
    case 'exited':
      return end.stderr.trim() || `exit status ${end.exitCode}`;
    case 'not-started':
      return end.problem;
    case 'too-much-output':
      return 'it printed too much';
  }
}

// a fixed environment: nothing of a caller's may change what these two commands do
const commandEnv: Env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

function parsed<T>(command: string, parser: (text: string) => T, text: string): T {
  try {
    return parser(text);
  } catch (error) {
    throw hostCommandFailed({ command, problem: `its output is not understood: ${problemOf(error)}` }, { cause: error });
  }
}
