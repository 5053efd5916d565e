import {
  type PlexusError,
  hostRefused,
  hostRequestFailed,
  netnsUnusable,
  pluginMissing,
  pluginNotRunnable,
  pluginOutputTooLong,
  routesFailed,
} from '../errors/index.ts';
import { isPluginType } from '../cni/index.ts';
import { assertNotAborted } from './child.ts';
import type { Host, Link, PluginExit, PluginRun, RouteTarget } from './host.ts';
import type { LinkChannel } from './link-channel.ts';
import { startSequence } from './run-sequence.ts';
import {
  type Failed,
  daemonFrame,
  decodeFailed,
  decodeLinks,
  decodeRan,
  decodeRoutes,
  failReason,
  isUnlistableDetail,
  netnsBody,
  netnsMissingDetail,
  routesBody,
  runBody,
  shimFrame,
  targetBody,
} from './link-messages.ts';
import type { Frame } from './wire.ts';

const mostStdoutBytes = 4 * 1024 * 1024;

/**
 * A Host at the other end of a host link (docs/host-link.md). The shim determines the plugin folders; `path` of a run
 * only names them in errors. `hasSequences`: whether the shim can make a RUN wait for another one.
 */
export function remoteHost(channel: LinkChannel, hasSequences: boolean): Host {
  const host: Host = {
    runPlugin: (run, signal) => runPlugin(run, channel, signal),
    ...(hasSequences && {
      startSequence: (runs: readonly PluginRun[], signal: AbortSignal) =>
        startSequence({ runs, channel, runPlugin: (...run) => host.runPlugin(...run), exitOf }, signal),
    }),
    settle: async () => {}, // A connection ends only after its plugins have exited (docs/host-link.md).
    listLinks: async (netns, signal) => {
      const answer = await ask(
        channel,
        { type: daemonFrame.listLinks, body: netnsBody(netns), what: 'listing links' },
        signal,
      );
      if (answer.type === shimFrame.links) return decodeLinks(answer);
      throw failureOf(decodeFailed(answer), { netns, what: 'listing links' });
    },
    defaultRoutes: async (target, signal) => {
      const answer = await ask(
        channel,
        { type: daemonFrame.getRoutes, body: targetBody(target), what: 'listing routes' },
        signal,
      );
      if (answer.type === shimFrame.routes) return decodeRoutes(answer);
      throw failureOf(decodeFailed(answer), { netns: target.netns, what: 'listing routes' });
    },
    setDefaultRoutes: async (target, routes, signal) => {
      const answer = await ask(
        channel,
        { type: daemonFrame.setRoutes, body: routesBody(target, routes), what: 'setting routes' },
        signal,
      );
      if (answer.type === shimFrame.done) return;
      const failed = decodeFailed(answer);
      if (failed.reason !== failReason.routes) throw failureOf(failed, { netns: target.netns, what: 'setting routes' });
      const wanted = routes.map(({ gateway }) => gateway ?? 'the link itself').join(', ');
      throw routesFailed({
        interfaceName: target.interfaceName,
        problem: `${failed.detail} (via ${wanted}; ${await stateOf(host, target, signal)})`,
      });
    },
  };
  return host;
}

interface Question {
  readonly type: number;
  readonly body: Uint8Array;
  readonly what: string;
}

async function ask(channel: LinkChannel, { type, body, what }: Question, signal: AbortSignal): Promise<Frame> {
  assertNotAborted(what, signal);
  const answer = await channel.request(type, body, signal);
  assertNotAborted(what, signal);
  return answer;
}

async function runPlugin(run: PluginRun, channel: LinkChannel, signal: AbortSignal): Promise<PluginExit> {
  const { plugin, path } = run;
  if (!isPluginType(plugin)) throw pluginMissing({ plugin, folders: path });
  const answer = await ask(channel, { type: daemonFrame.run, body: runBody(run), what: plugin }, signal);
  return exitOf(answer, run);
}

function exitOf(answer: Frame, run: PluginRun): PluginExit {
  if (answer.type === shimFrame.ran) return decodeRan(answer);
  throw runFailure(decodeFailed(answer), run);
}

function runFailure(failed: Failed, { plugin, path, env }: PluginRun): PlexusError {
  switch (failed.reason) {
    case failReason.missing:
      return pluginMissing({ plugin, folders: path });
    case failReason.notRunnable: {
      const [file = '', problem = ''] = failed.detail.split('\n');
      return pluginNotRunnable({ plugin, file, problem });
    }
    case failReason.tooLong:
      return pluginOutputTooLong({ plugin, limitBytes: mostStdoutBytes });
    default:
      return failureOf(failed, { netns: env['CNI_NETNS'] ?? '', what: `running ${plugin}` });
  }
}

function failureOf(
  { reason, detail }: Failed,
  { netns, what }: { readonly netns: string; readonly what: string },
): PlexusError {
  if (reason === failReason.netns)
    return netnsUnusable({ netns, problem: detail, isMissing: detail === netnsMissingDetail });
  if (reason === failReason.forbidden) return hostRefused({ what, problem: detail });
  return hostRequestFailed({
    what,
    problem: detail === '' ? `reason ${reason}` : detail,
    ...(isUnlistableDetail(detail) && { isUnlistable: true }),
  });
}

/** Lists the addresses through which a gateway could be reached, to explain a failure. */
async function stateOf(
  host: Host,
  { netns, interfaceName, family }: RouteTarget,
  signal: AbortSignal,
): Promise<string> {
  const links = await host.listLinks(netns, signal).catch(() => undefined);
  return links === undefined ? 'its addresses cannot be read' : addressState(links, interfaceName, family);
}

/** The addresses of one family of an interface, as a sentence. */
function addressState(links: readonly Link[], interfaceName: string, family: 4 | 6): string {
  const link = links.find(({ name }) => name === interfaceName);
  const addresses = (link?.addresses ?? []).filter((address) => address.includes(':') === (family === 6));
  if (addresses.length > 0)
    return `its IPv${family} addresses: ${addresses.join(', ')}${link?.up === true ? '' : '; it is down'}`;
  return family === 6 ? 'it has no IPv6 address: IPv6 may be disabled on it' : 'it has no IPv4 address';
}
