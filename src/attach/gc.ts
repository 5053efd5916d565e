import { type Attached, type GcInvocation, type NetworkConfiguration, formatJson } from '../cni/index.ts';
import { type PlexusError, asPlexusError, gcIncomplete } from '../errors/index.ts';
import { type AttachmentRecord, type SandboxRecord, isAbandoned, remainderOf } from '../plan/index.ts';
import { gcList } from '../runtime/index.ts';
import { abandonedIfDue } from './abandon.ts';
import { type DelegateDeps, type Operation, pluginPath, runtimeDeps, sharingTime } from './call.ts';
import { withDeadline } from './deadline.ts';
import type { AttachDeps } from './deps.ts';
import { publishPending } from './publish.ts';
import { isPathOfAnother, namespaceNow } from './sandbox-namespace.ts';
import { defaultNetwork } from './status.ts';
import { undoAll } from './undo.ts';

/**
 * Undoes every sandbox of the journal that the runtime's list does not name, then passes GC on to the plugins of
 * every network known, each with the valid attachments under that network's own interface names (CNI-37, CNI-38).
 * Without a list nothing is removed (CNI-39). Goes on after failures and reports all of them (CNI-60).
 */
export async function gc(invocation: GcInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  const valid = invocation.validAttachments;
  if (valid === undefined) return;
  await withDeadline({ command: 'GC', seconds: deps.settings.deadlines.gcSeconds }, outer, (signal, secondsLeft) =>
    deps.locks.withAll('GC', signal, () => collect({ invocation, valid, deps: { ...deps, secondsLeft }, signal })),
  );
}

interface Collection {
  readonly invocation: GcInvocation;
  readonly valid: readonly Attached[];
  readonly deps: AttachDeps & DelegateDeps;
  readonly signal: AbortSignal;
}

async function collect(collection: Collection): Promise<void> {
  const { valid, deps, signal } = collection;
  const { records, damaged } = await deps.journal.list();
  for (const error of damaged) deps.report({ kind: 'problem', sandbox: '', error });
  const validIds = new Set(valid.map(({ containerId }) => containerId));
  const stale = records.filter(({ containerId }) => !validIds.has(containerId));
  const alive = records.filter(({ containerId }) => validIds.has(containerId));
  const undo = (record: SandboxRecord): Promise<readonly PlexusError[]> =>
    undoStale(record, alive, collection).catch((thrown: unknown) => {
      const error = asPlexusError(thrown); // a plugin's failure was reported where it was
      deps.report({ kind: 'problem', sandbox: record.containerId, error });
      return [error];
    });
  const errors: PlexusError[] = [];
  for (const record of stale.filter((each) => !hasFailed(each))) errors.push(...(await undo(record)));
  errors.push(...(await passOn({ alive, stale }, collection)));
  // What could not be undone before comes last, so that it does not take the time of all others again and again. Its failures are
  // reported and counted in its record; the answer is about what this GC had to do, not about what earlier operations left.
  for (const record of stale.filter(hasFailed)) await undo(record);
  for (const record of alive) await publishPending(record, deps, signal);
  if (errors.length > 0) throw gcIncomplete({ problems: errors.map(({ message }) => message) }, { cause: errors[0] });
}

const hasFailed = ({ attachments }: SandboxRecord): boolean => attachments.some(({ state }) => state === 'detaching');

async function undoStale(record: SandboxRecord, alive: readonly SandboxRecord[], { invocation, deps, signal }: Collection): Promise<PlexusError[]> {
  // the path of a namespace may be another pod's by now
  const isTaken = isPathOfAnother(record, alive) || (await namespaceNow(record, deps.host, signal)) === 'other';
  const netns = isTaken ? undefined : record.netns;
  const operation = (entry: AttachmentRecord): Operation => ({
    containerId: record.containerId,
    netns: isAbandoned(entry) ? undefined : netns,
    env: invocation.env,
    path: pluginPath(deps, invocation.path),
  });
  const kept = record.attachments.filter(({ attachment }) => attachment.configuration.disableGC);
  const collected = record.attachments.filter(({ attachment }) => !attachment.configuration.disableGC);
  const left = await undoAll(collected, operation, sharingTime(deps), signal);
  // the daemon goes on with what is abandoned; otherwise it would wait for one GC after another
  const attachments = [...kept, ...left.map((undone) => abandonedIfDue(undone.left, deps))];
  if (attachments.length === 0) await deps.journal.remove(record);
  else if (attachments.length < record.attachments.length || left.length > 0) await deps.journal.write(remainderOf(record, attachments));
  return left.map(({ error }) => error);
}

interface Sorted {
  readonly alive: readonly SandboxRecord[];
  readonly stale: readonly SandboxRecord[];
}

async function passOn(sorted: Sorted, collection: Collection): Promise<PlexusError[]> {
  const { invocation, deps, signal } = collection;
  const errors: PlexusError[] = [];
  for (const { configuration, valid } of await targets(sorted, collection)) {
    const call = { configuration, network: configuration.name, env: invocation.env, path: pluginPath(deps, invocation.path) };
    await gcList(call, valid, runtimeDeps(sharingTime(deps)), signal).catch((thrown: unknown) => errors.push(asPlexusError(thrown)));
  }
  return errors;
}

interface Target {
  readonly configuration: NetworkConfiguration;
  readonly valid: readonly Attached[];
}

async function targets({ alive, stale }: Sorted, collection: Collection): Promise<readonly Target[]> {
  const { valid, deps, invocation, signal } = collection;
  const known = new Set(alive.map(({ containerId }) => containerId));
  const strangers = valid.filter(({ containerId }) => !known.has(containerId));
  const own = await defaultNetwork(invocation, deps, signal).catch(() => undefined); // not there now: nothing to pass on to
  // Sandboxes that the runtime knows and the journal does not (attached before Plexus came): their further
  // attachments cannot be named, so only the default network may be told what is valid.
  if (strangers.length > 0) return own === undefined ? [] : [{ configuration: own, valid: [...validFor(own, alive), ...strangers] }];
  const configurations = [...alive, ...stale].flatMap((record) => record.attachments.map(({ attachment }) => attachment.configuration));
  return unique(own === undefined ? configurations : [own, ...configurations]).map((configuration) => ({
    configuration,
    valid: validFor(configuration, alive),
  }));
}

const unique = (configurations: readonly NetworkConfiguration[]): readonly NetworkConfiguration[] => [
  ...new Map(configurations.map((each) => [formatJson({ name: each.name, plugins: each.plugins.map(({ json }) => json) }), each])).values(),
];

// plugins keep their state by (network name, containerID, ifname): that name decides
const validFor = (configuration: NetworkConfiguration, alive: readonly SandboxRecord[]): readonly Attached[] =>
  alive.flatMap(({ containerId, attachments }) =>
    attachments
      .filter(({ attachment }) => attachment.configuration.name === configuration.name)
      .map(({ attachment }) => ({ containerId, ifName: attachment.interfaceName })),
  );
