import { isMetaPlugin, nestedMetaPlugin, parseJson } from '../cni/index.ts';
import { hostRefused } from '../errors/index.ts';
import type { Host, PluginRun } from './host.ts';

// Direct mode is root on the host, and the daemon can write its journal: a record may name any sandbox and any
// namespace. So this host allows what the shim allows the daemon (src/shim/guard.c): what follows from the command of
// the call, for its sandbox, in its namespace. The node's own namespace is refused by the host itself
// (held-namespace.ts).

/** What a call allows. */
export interface Allowed {
  readonly command: string;
  /** The only one that may be worked on; absent: any (GC, STATUS, an operator's command). */
  readonly sandbox?: { readonly containerId: string; readonly netns: string | undefined };
}

const follows: Readonly<Record<string, readonly string[]>> = { ADD: ['ADD', 'DEL'], GC: ['GC', 'DEL'] };

/** A host that refuses what the call does not allow, with hostRefused. */
export function guardedHost(host: Host, allowed: Allowed): Host {
  const assertNetns = (netns: string): void => {
    if (allowed.sandbox !== undefined && netns !== (allowed.sandbox.netns ?? ''))
      throw refused(netns, 'it is another namespace than the runtime’s');
  };
  return {
    ...host,
    runPlugin: async (run, signal) => {
      assertFollows(run, allowed);
      assertNoMetaPlugin(run);
      const netns = run.env['CNI_NETNS'] ?? '';
      if (netns !== '') assertNetns(netns);
      return host.runPlugin(run, signal);
    },
    listLinks: async (netns, signal) => {
      assertNetns(netns);
      return host.listLinks(netns, signal);
    },
    defaultRoutes: async (target, signal) => {
      assertNetns(target.netns);
      return host.defaultRoutes(target, signal);
    },
    setDefaultRoutes: async (target, routes, signal) => {
      assertNetns(target.netns);
      return host.setDefaultRoutes(target, routes, signal);
    },
  };
}

function assertFollows({ plugin, env }: PluginRun, { command, sandbox }: Allowed): void {
  const [wanted, id] = [env['CNI_COMMAND'] ?? '', env['CNI_CONTAINERID'] ?? ''];
  if (!(follows[command] ?? [command]).includes(wanted))
    throw refused(plugin, `the runtime has not called for ${wanted}`);
  if (sandbox !== undefined && id !== sandbox.containerId)
    throw refused(plugin, `${id} is another sandbox than the runtime’s`);
}

// the plan refuses them too, but a record of the journal was never planned
function assertNoMetaPlugin({ plugin, stdin }: PluginRun): void {
  if (isMetaPlugin(plugin) || nestedMetaPlugin(parseJson(stdin, 'configuration')) !== undefined)
    throw refused(plugin, 'a meta-plugin would run programs of its own choice');
}

const refused = (what: string, problem: string) => hostRefused({ what, problem });
