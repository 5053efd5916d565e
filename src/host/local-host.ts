import { setTimeout as delay } from 'node:timers/promises';
import { netnsIsHost, pluginNotRunnable, pluginOutputTooLong } from '../errors/index.ts';
import { type ChildEnd, type ChildRun, assertNotAborted, runChild } from './child.ts';
import { defaultRoutes, setDefaultRoutes } from './default-routes.ts';
import { findPlugin, isProgram } from './find-plugin.ts';
import { type HeldNamespace, holdNamespace } from './held-namespace.ts';
import type { Host, PluginExit, PluginRun } from './host.ts';
import { ipIn } from './ip-command.ts';
import { linksFrom } from './ip-json.ts';
import { pluginMark, settleOrphans } from './orphans.ts';
import { shownStdout } from './shown-stdout.ts';

const mostStdoutBytes = 4 * 1024 * 1024;
const busyTries = 6;
const busyPauseMs = 200;

/** What the runtime's call states about namespaces. */
export interface RuntimeNamespace {
  /** Its CNI_NETNS, which plugins get unchanged. */
  readonly netns?: string | undefined;
  /** Whether it allows the node's namespace (CNI_NETNS_OVERRIDE). */
  readonly allowsNode?: boolean;
}

/** A Host inside this process: plugins are its children, and nsenter and ip (iproute2) work in namespaces. */
export function localHost(runtime: RuntimeNamespace = {}): Host {
  const withHeld = async <T>(netns: string, work: (held: HeldNamespace) => Promise<T>): Promise<T> => {
    const held = await holdNamespace(netns);
    try {
      if (held.isNode && runtime.allowsNode !== true) throw netnsIsHost({ netns });
      return await work(held);
    } finally {
      await held.release();
    }
  };
  return {
    runPlugin: (run, signal) => {
      const netns = run.env['CNI_NETNS'] ?? '';
      if (netns === '' || netns === runtime.netns) return runPlugin(run, signal);
      return withHeld(netns, (held) => runPluginIn(held, run, signal));
    },
    settle: settleOrphans,
    listLinks: (netns, signal) => withHeld(netns, (held) => ipIn(held, ['-j', 'address'], linksFrom, signal)),
    defaultRoutes: ({ netns, ...target }, signal) =>
      withHeld(netns, (held) => defaultRoutes({ ...target, held }, signal)),
    setDefaultRoutes: ({ netns, ...target }, routes, signal) =>
      withHeld(netns, (held) => setDefaultRoutes({ ...target, held }, routes, signal)),
  };
}

// CHECK plugins compare prevResult's `sandbox` with CNI_NETNS, and ADD plugins copy CNI_NETNS into their result. So
// both commands must get the runtime's own path.
async function runPluginIn({ netns, path }: HeldNamespace, run: PluginRun, signal: AbortSignal): Promise<PluginExit> {
  const [outside, inside] = [JSON.stringify(netns), JSON.stringify(path)];
  const stdin = run.stdin.replaceAll(`"sandbox":${outside}`, () => `"sandbox":${inside}`);
  const exit = await runPlugin({ ...run, env: { ...run.env, CNI_NETNS: path }, stdin }, signal);
  return { ...exit, stdout: exit.stdout.replaceAll(inside, () => outside) };
}

async function runPlugin(run: PluginRun, signal: AbortSignal): Promise<PluginExit> {
  const file = await findPlugin(run.plugin, run.path);
  const end = await startWhenWritten(
    { file, args: [], env: { ...run.env, [pluginMark[0]]: pluginMark[1] }, stdin: run.stdin, mostStdoutBytes },
    signal,
  );
  switch (end.kind) {
    case 'exited':
      await assertProgram(run.plugin, file, end);
      return { exitCode: end.exitCode, stdout: shownStdout(end.stdout), stderr: end.stderr };
    case 'not-started':
      throw pluginNotRunnable({ plugin: run.plugin, file, problem: end.problem });
    case 'too-much-output':
      throw pluginOutputTooLong({ plugin: run.plugin, limitBytes: mostStdoutBytes });
  }
}

type Exited = Extract<ChildEnd, { kind: 'exited' }>;

// execvp(3) passes a file that the kernel cannot execute to a shell, which does not understand it either.
async function assertProgram(plugin: string, file: string, { exitCode, stdout }: Exited): Promise<void> {
  if (![2, 126, 127].includes(exitCode) || stdout.length > 0 || (await isProgram(file))) return;
  throw pluginNotRunnable({
    plugin,
    file,
    problem: 'it is neither a program of this machine nor a script that begins with #!',
  });
}

// "Text file busy": the plugin is being replaced right now (CNI-66). After a few tries, this becomes the answer.
async function startWhenWritten(run: ChildRun, signal: AbortSignal): Promise<ChildEnd> {
  for (let tries = 1; ; tries++) {
    const end = await runChild(run, signal);
    if (end.kind !== 'not-started' || end.code !== 'ETXTBSY' || tries === busyTries) return end;
    await delay(busyPauseMs, undefined, { signal }).catch(() => assertNotAborted(run.file, signal));
  }
}
