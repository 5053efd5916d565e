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

// Passes GC on to the plugins of every network configuration of the node, once each. Configurations may be large and
// are all in the journal, so only a digest of each is held: the record that is the last to hold a configuration brings
// it along.

/** One GC. */
export interface GcRun {
  readonly invocation: GcInvocation;
  readonly valid: readonly Attached[];
  readonly deps: AttachDeps & DelegateDeps;
  readonly signal: AbortSignal;
}

/** What GC keeps of a record while it does not work on it. */
export interface ListedSandbox extends RecordKey, SandboxPath {
  /** Whether something of it could not be detached before. */
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

/** The sandboxes of the journal, in the order in which GC works on them. */
interface Sandboxes {
  /** Stale, and not yet tried. */
  readonly fresh: readonly ListedSandbox[];
  readonly alive: readonly ListedSandbox[];
  readonly failed: readonly ListedSandbox[];
}

interface Passing {
  /** To the default network of the node, as the configuration of the call names it. */
  readonly defaultNetwork: () => Promise<readonly PlexusError[]>;
  /** To those networks of a record that no later record has. */
  readonly networksOf: (record: SandboxRecord) => Promise<readonly PlexusError[]>;
}

/** GC of networks. Each gets the valid attachments under its own interface names. Never rejects. */
export function passing({ fresh, alive, failed }: Sandboxes, { invocation, valid, deps, signal }: GcRun): Passing {
  const known = new Set(alive.map(({ containerId }) => containerId));
  // Sandboxes that the runtime knows and the journal does not (attached before Plexus came): their further
  // attachments cannot be named, so only the default network may be told what is valid.
  const strangers = valid.filter(({ containerId }) => !known.has(containerId));
  const holders = strangers.length > 0 ? [] : [...fresh, ...alive, ...failed];
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
    const attached = [...validFor(configuration, alive), ...strangers];
    return gcList(call, attached, runtimeDeps(sharingTime(deps)), signal).then(
      () => [],
      (thrown: unknown) => [asPlexusError(thrown)],
    );
  };
  const own = readDefaultNetwork(invocation, deps, signal).catch(() => undefined); // does not exist now: nothing to pass on to
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
        lastHolder.delete(digest); // also when two attachments of the record have it
        errors.push(...(await pass(attachment.configuration)));
      }
      return errors;
    },
  };
}

const nameOf = ({ containerId, ifName }: RecordKey): string => `${containerId}@${ifName}`;

// plugins keep their state by (network name, containerID, ifname): that name decides
const validFor = ({ name }: NetworkConfiguration, alive: readonly ListedSandbox[]): readonly Attached[] =>
  alive.flatMap(({ containerId, attachments }) =>
    attachments.filter(({ network }) => network === name).map(({ ifName }) => ({ containerId, ifName })),
  );
