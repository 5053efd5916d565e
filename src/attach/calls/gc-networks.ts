import { createHash } from 'node:crypto';
import { type Attached, type GcInvocation, type NetworkConfiguration, formatJson } from '../../cni/index.ts';
import { type PlexusError, asPlexusError } from '../../errors/index.ts';
import type { RecordKey } from '../../journal/index.ts';
import type { SandboxRecord } from '../../plan/index.ts';
import { gcList } from '../../runtime/index.ts';
import { type DelegateDeps, pluginPath, runtimeDeps, sharingTime } from '../steps/call.ts';
import type { AttachDeps } from '../deps.ts';
import type { SandboxPath } from '../sandbox/sandbox-namespace.ts';
import { readDefaultNetwork } from './status.ts';

// Passes GC on to the plugins of every network configuration of the node, once per configuration. Configurations may be
// large, so GC keeps only their digests in memory and reads one record at a time. A configuration is passed on with the
// last record that contains it.

/** The input of one GC call. */
export interface GcRun {
  readonly invocation: GcInvocation;
  readonly valid: readonly Attached[];
  readonly deps: AttachDeps & DelegateDeps;
  readonly signal: AbortSignal;
}

/** What GC keeps in memory of each record. */
export interface ListedSandbox extends RecordKey, SandboxPath {
  /** Whether an earlier operation failed to detach one of its attachments. */
  readonly hasFailed: boolean;
  readonly isPending: boolean;
  readonly attachments: readonly { readonly network: string; readonly ifName: string; readonly digest: string }[];
}

export const listedSandbox = ({
  containerId,
  ifName,
  netns,
  pendingStatus,
  attachments,
}: SandboxRecord): ListedSandbox => ({
  containerId,
  ifName,
  netns,
  hasFailed: attachments.some(({ state }) => state === 'detaching'),
  isPending: pendingStatus !== undefined,
  attachments: attachments.map(({ attachment: { configuration, interfaceName } }) => ({
    network: configuration.name,
    ifName: interfaceName,
    digest: digestOf(configuration),
  })),
});

const digestOf = ({ name, plugins }: NetworkConfiguration): string =>
  createHash('sha256')
    .update(formatJson({ name, plugins: plugins.map(({ json }) => json) }))
    .digest('base64');

/** The journal's sandboxes, in the order in which GC processes them. */
interface Sandboxes {
  /** Stale sandboxes without a failed detach. */
  readonly fresh: readonly ListedSandbox[];
  readonly alive: readonly ListedSandbox[];
  readonly failed: readonly ListedSandbox[];
}

interface NetworkGc {
  /** Passes GC on to the node's default network, as the call's configuration names it. */
  readonly defaultNetwork: () => Promise<readonly PlexusError[]>;
  /** Passes GC on to those networks of a record that no later record contains. */
  readonly networksOf: (record: SandboxRecord) => Promise<readonly PlexusError[]>;
}

/**
 * Creates the functions that pass GC on to networks. Plugins get the valid attachments under the interface names of
 * their own network. The functions never reject.
 */
export function networkGc({ fresh, alive, failed }: Sandboxes, { invocation, valid, deps, signal }: GcRun): NetworkGc {
  const known = new Set(alive.map(({ containerId }) => containerId));
  // Sandboxes that the runtime knows and the journal does not: they were attached before Plexus was installed. Their
  // additional attachments are unknown, so only the plugins of the default network can get a complete list.
  const unrecorded = valid.filter(({ containerId }) => !known.has(containerId));
  const holders = unrecorded.length > 0 ? [] : [...fresh, ...alive, ...failed];
  const lastHolder = new Map(
    holders.flatMap((record) => record.attachments.map(({ digest }) => [digest, nameOf(record)])),
  );
  const pass = async (configuration: NetworkConfiguration): Promise<readonly PlexusError[]> => {
    const call = {
      configuration,
      network: configuration.name,
      env: invocation.env,
      path: pluginPath(deps, invocation.path),
    };
    const attached = [...validFor(configuration, alive), ...unrecorded];
    return gcList(call, attached, runtimeDeps(sharingTime(deps)), signal).then(
      () => [],
      (thrown: unknown) => [asPlexusError(thrown)],
    );
  };
  // without a default network there is nothing to pass on
  const own = readDefaultNetwork(invocation, deps, signal).catch(() => undefined);
  const ownDigest = own.then((configuration) => configuration && digestOf(configuration));
  return {
    defaultNetwork: async () => {
      const configuration = await own;
      return configuration === undefined ? [] : pass(configuration);
    },
    networksOf: async (record) => {
      const errors: PlexusError[] = [];
      for (const { attachment } of record.attachments) {
        const digest = digestOf(attachment.configuration);
        if (digest === (await ownDigest) || lastHolder.get(digest) !== nameOf(record)) continue;
        lastHolder.delete(digest); // at most once, even if two attachments share the configuration
        errors.push(...(await pass(attachment.configuration)));
      }
      return errors;
    },
  };
}

const nameOf = ({ containerId, ifName }: RecordKey): string => `${containerId}@${ifName}`;

// plugins key their state by (network name, container ID, interface name), so the network name decides
const validFor = ({ name }: NetworkConfiguration, alive: readonly ListedSandbox[]): readonly Attached[] =>
  alive.flatMap(({ containerId, attachments }) =>
    attachments.filter(({ network }) => network === name).map(({ ifName }) => ({ containerId, ifName })),
  );
