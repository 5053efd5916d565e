import { type PodState, networksDigest } from '../../cluster/index.ts';
import { type PlexusError, annotationRemoved, asPlexusError, selectionsUnrecorded } from '../../errors/index.ts';
import type { RecordKey } from '../../journal/index.ts';
import { type NetworkSelection, networksKey, parseSelections, podKey } from '../../npwg/index.ts';
import {
  type AnnotationDifference,
  type Attachment,
  type Plug,
  type PlugPlan,
  type SandboxChange,
  type SandboxRecord,
  type Settings,
  annotationDifference,
  differences,
  inAnnotationOrder,
  isOfAnnotation,
  planPlugs,
  withRecordedSelections,
} from '../../plan/index.ts';
import { type PlugSources, gatherPlugInputs } from '../steps/plug-inputs.ts';
import { type ChangeOutcome, type ChooseChange, type ChangeSandboxDeps, changeSandbox } from './change-sandbox.ts';
import type { ChangeFailure } from './change.ts';

// Networks follow the annotation of a running pod. The record states which annotation its attachments correspond to, by
// a digest; a sandbox whose pod has another one is compared with it, changed, and published, in this order. The digest
// is written last. Whatever is interrupted is therefore found again by its digest, at the latest when the daemon starts,
// and repeated: a repetition changes only what is still different.
//
// Nothing is detached without proof that the pod no longer requests it: an annotation that is absent or cannot be
// parsed, a NAD that cannot be read, and a record that does not contain what was requested change nothing.

/** The dependencies of following an annotation. */
export type FollowDeps = ChangeSandboxDeps &
  PlugSources & {
    /** Returns the settings of a sandbox. */
    readonly settingsOf: (record: SandboxRecord) => Settings;
    /** Publishes the outcome while the sandbox's lock is held. Returns whether the pod has it. */
    readonly publish: (followed: Followed, signal: AbortSignal) => Promise<boolean>;
  };

/** Why a network does not follow the annotation. */
export interface FollowProblem {
  readonly act: ChangeFailure['act'] | 'refuse';
  /** Absent if the annotation as a whole is refused. */
  readonly network?: string;
  readonly interfaceName?: string;
  readonly error: PlexusError;
}
/** The outcome of following an annotation. */
export interface Followed {
  readonly record: SandboxRecord;
  /** In the order of the annotation. */
  readonly attachments: SandboxRecord['attachments'];
  readonly attached: readonly Attachment[];
  readonly detached: readonly Attachment[];
  readonly problems: readonly FollowProblem[];
  readonly warnings: readonly string[];
  /** Set if network-status is not published, because nothing was compared. */
  readonly keepsStatus?: true;
}

/**
 * Makes the attachments of a live sandbox follow the annotation of its pod, and publishes them. Resolves to undefined
 * if the sandbox is not live or belongs to another pod. Rejects if a part could not be decided; then nothing changed, or
 * the next call continues.
 */
export async function followAnnotation(
  key: RecordKey,
  { metadata: pod }: Pick<PodState, 'metadata'>,
  deps: FollowDeps,
  outer: AbortSignal,
): Promise<Followed | undefined> {
  const digest = networksDigest(pod.annotations);
  let course: Course | undefined;
  let followed: Followed | undefined;
  const choose: ChooseChange = async (record, signal, wasSettled) => {
    if (record.pod?.uid !== pod.uid || (record.networksDigest === digest && !wasSettled)) return nothing;
    course = await decide(record, pod, deps, signal);
    return course.change;
  };
  const finish = async (outcome: ChangeOutcome, signal: AbortSignal): Promise<void> => {
    if (course === undefined) return;
    followed = followedBy(course, outcome);
    const isPublished = await deps.publish(followed, signal);
    if (!isPublished) return;
    const { pendingStatus: older, ...record } = followed.record;
    const before = record.networksDigest;
    const next = followed.problems.length === 0 ? digest : before && notInSync;
    if (next !== before || older !== undefined)
      await deps.journal.write({ ...record, ...(next !== undefined && { networksDigest: next }) });
  };
  await changeSandbox(key, { choose, finish }, deps, outer);
  return followed;
}

/** The digest of no annotation: the pod's condition states that its networks do not follow the annotation. */
const notInSync = '-';

const nothing: SandboxChange = { attach: [], detach: [] };

/** What was decided about a sandbox before it is changed. */
interface Course {
  readonly before: SandboxRecord;
  readonly selections: readonly NetworkSelection[];
  readonly change: SandboxChange;
  readonly refused: readonly FollowProblem[];
  readonly warnings: readonly string[];
}

async function decide(
  before: SandboxRecord,
  pod: PodState['metadata'],
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<Course> {
  const settings = deps.settingsOf(before);
  const text = pod.annotations[networksKey];
  const unchanged = (error: PlexusError): Course => ({
    before,
    selections: [],
    change: nothing,
    refused: [{ act: 'refuse', error }],
    warnings: [],
  });
  if (text === undefined && before.attachments.some(isOfAnnotation))
    return unchanged(annotationRemoved({ pod: podKey(pod), key: networksKey }));
  let parsed: ReturnType<typeof parseSelections>;
  try {
    parsed = parseSelections(text, pod.namespace, settings.maxNetworksPerPod);
  } catch (thrown) {
    return unchanged(asPlexusError(thrown));
  }
  const { selections } = parsed;
  const record =
    before.networksDigest === undefined
      ? await provenRecord({ record: before, selections, pod }, deps, signal)
      : before;
  if (record === undefined) return unchanged(selectionsUnrecorded({ pod: podKey(pod) }));
  const difference = annotationDifference(selections, record);
  const inputs = await gatherPlugInputs(difference.plugs, { record, pod, settings }, deps, signal);
  return {
    before: record,
    selections,
    ...courseOf(difference, planPlugs(difference, record, inputs)),
    warnings: parsed.warnings.map((each) => each.text),
  };
}

function courseOf(
  { unplugs }: AnnotationDifference,
  { planned, refused }: PlugPlan,
): Pick<Course, 'change' | 'refused' | 'warnings'> {
  const replaced = planned.flatMap(({ plug }) => plug.replaces ?? []);
  return {
    change: {
      attach: planned.map(({ attachment }) => attachment),
      // the others have just been tried while an earlier change was settled
      detach: [...unplugs.filter(({ state }) => state === 'attached'), ...replaced],
    },
    refused: refused.map(({ plug: { selection }, error }) => ({
      act: 'refuse',
      network: `${selection.nad.namespace}/${selection.nad.name}`,
      ...(selection.interfaceName !== undefined && { interfaceName: selection.interfaceName }),
      error,
    })),
    warnings: planned.flatMap(({ warnings }) => warnings.map(({ text }) => text)),
  };
}

/**
 * Returns the record of an early version with the selections that its attachments were made for, if the annotation
 * requests exactly what is attached, as a plan made now shows. Otherwise returns undefined: the annotation may have
 * changed since.
 */
async function provenRecord(
  {
    record,
    selections,
    pod,
  }: {
    readonly record: SandboxRecord;
    readonly selections: readonly NetworkSelection[];
    readonly pod: PodState['metadata'];
  },
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<SandboxRecord | undefined> {
  const settings = deps.settingsOf(record);
  const adopted = withRecordedSelections(record, selections, settings);
  if (adopted === undefined) return undefined;
  const plugs = selections.map((selection, index): Plug => {
    const replaces = adopted.of[index];
    return { selection, position: index + 1, ...(replaces !== undefined && { replaces }) };
  });
  const inputs = await gatherPlugInputs(plugs, { record, pod, settings }, deps, signal);
  const { planned, refused } = planPlugs({ kept: [], plugs, unplugs: [] }, record, inputs);
  const isSame = ({ plug, attachment }: (typeof planned)[number]): boolean => {
    const before = plug.replaces?.attachment;
    if (before === undefined) return false;
    const now = { ...attachment, defaultRoute: before.defaultRoute };
    return differences([now], [before]).every(({ kind }) => kind === 'same');
  };
  return refused.length === 0 && planned.every(isSame) ? adopted.record : undefined;
}

function followedBy({ before, selections, change, refused, warnings }: Course, outcome: ChangeOutcome): Followed {
  const adopted = withSelectionsOf(outcome.record, before);
  const record = { ...adopted };
  const has = ({ interfaceName, network }: Attachment): boolean =>
    record.attachments.some(
      (entry) =>
        entry.state === 'attached' &&
        entry.attachment.interfaceName === interfaceName &&
        entry.attachment.network === network,
    );
  const isFailed = (attachment: Attachment): boolean =>
    outcome.failures.some(
      (failure) => failure.attachment === attachment || failure.attachment.interfaceName === attachment.interfaceName,
    );
  const gone = change.detach.map(({ attachment }) => attachment);
  return {
    record,
    attachments: selections.length === 0 ? record.attachments : inAnnotationOrder(record, selections),
    attached: change.attach.filter((attachment) => has(attachment) && !isFailed(attachment)),
    detached: gone.filter((attachment) => !isFailed(attachment)),
    problems: [
      ...refused,
      ...outcome.failures.map(({ act, attachment: { network, interfaceName }, error }) => ({
        act,
        network,
        interfaceName,
        error,
      })),
    ],
    warnings,
  };
}

/** Gives the entries of a record the selections that were proven while it was decided. */
function withSelectionsOf(record: SandboxRecord, proven: SandboxRecord): SandboxRecord {
  if (record.networksDigest !== undefined || record.attachments.length !== proven.attachments.length) return record;
  return { ...record, attachments: proven.attachments };
}
