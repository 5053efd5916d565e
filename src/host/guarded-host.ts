import { isMetaPlugin, nestedMetaPlugin, nestedPath, nestedPathProblem, parseJson } from '../cni/index.ts';
import { hostRefused } from '../errors/index.ts';
import type { Host, PluginRun } from './host.ts';

// Direct mode runs as root on the host, and the daemon can write its journal, so a record may name any sandbox and any
// namespace. This host therefore allows what the shim allows the daemon (src/shim/guard.c): what the command of the
// invocation implies, for its sandbox, in its namespace. The host itself rejects the node's own namespace
// (held-namespace.ts).

/** What an invocation allows. */
export interface Allowed {
  readonly command: string;
  /** The only sandbox that may be changed; absent: any (GC, STATUS, an operator's command). */
  readonly sandbox?: { readonly containerId: string; readonly netns: string | undefined };
}

const follows: Readonly<Record<string, readonly string[]>> = { ADD: ['ADD', 'DEL'], GC: ['GC', 'DEL'] };

/** Wraps a host so that it rejects what the invocation does not allow, with hostRefused. */
export function guardedHost(host: Host, allowed: Allowed): Host {
  const assertNetns = (netns: string): void => {
    if (allowed.sandbox !== undefined && netns !== (allowed.sandbox.netns ?? ''))
      throw refusal(netns, 'it is not the network namespace of the runtime’s call');
  };
  return {
    ...host,
    runPlugin: async (run, ...signals) => {
      assertFollows(run, allowed);
      assertPluginTypes(run);
      const netns = run.env['CNI_NETNS'] ?? '';
      if (netns !== '') assertNetns(netns);
      return host.runPlugin(run, ...signals);
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
    throw refusal(plugin, `the command of the runtime does not allow ${wanted}`);
  if (sandbox !== undefined && id !== sandbox.containerId)
    throw refusal(plugin, `${id} is not the sandbox of the runtime’s call`);
}

// The plan rejects such types too, but a journal record may never have been planned.
function assertPluginTypes({ plugin, stdin }: PluginRun): void {
  const json = parseJson(stdin, 'configuration');
  if (isMetaPlugin(plugin) || nestedMetaPlugin(json) !== undefined)
    throw refusal(plugin, 'a meta-plugin would run arbitrary programs');
  const nested = nestedPath(json);
  if (nested !== undefined) throw refusal(plugin, nestedPathProblem(nested));
}

const refusal = (what: string, problem: string) => hostRefused({ what, problem });
