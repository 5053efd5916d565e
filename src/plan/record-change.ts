import type { Attachment } from './attachment.ts';
import { type AttachmentRecord, type SandboxRecord, isAbandoned } from './record.ts';

// Represents a change of a live sandbox as states of its attachments in the journal. Before the first plugin runs, the
// record contains what is being detached as `detaching` and what is being attached as `intended`; an attachment that
// replaces another under the same interface name also contains that one as its fallback. If the change is interrupted,
// the record alone determines how to settle it: everything that is not `attached` is detached, then each fallback is
// attached again. Attachments that the change does not touch stay `attached` throughout.

/** What to attach to a sandbox and what to detach from it. */
export interface SandboxChange {
  /** In this order. */
  readonly attach: readonly Attachment[];
  /** Entries of the record. */
  readonly detach: readonly AttachmentRecord[];
  /** Attached again, before `attach`, because their replacements failed or were interrupted. */
  readonly restore?: readonly Attachment[];
}

/** The order of a change: detach conflicting attachments, attach, detach the rest. */
export interface ChangeOrder {
  readonly detachFirst: readonly AttachmentRecord[];
  readonly attach: readonly Attachment[];
  readonly detachLast: readonly AttachmentRecord[];
}

/** Returns the steps of a change. */
export function orderOf({ attach, detach, restore = [] }: SandboxChange): ChangeOrder {
  const added = [...restore, ...attach];
  const isInTheWay = ({ attachment }: AttachmentRecord): boolean => added.some((each) => collide(each, attachment));
  return {
    detachFirst: detach.filter(isInTheWay),
    attach: added,
    detachLast: detach.filter((entry) => !isInTheWay(entry)),
  };
}

/**
 * Returns the entry that blocks an attachment: it has the same interface name, or it is being detached and has the same
 * device.
 */
export const obstacleTo = (attachment: Attachment, { attachments }: SandboxRecord): AttachmentRecord | undefined =>
  attachments.find(
    (entry) =>
      entry.attachment !== attachment &&
      (haveSameName(entry.attachment, attachment) ||
        (entry.state === 'detaching' && haveSameDevice(entry.attachment, attachment))),
  );

const collide = (one: Attachment, other: Attachment): boolean => haveSameName(one, other) || haveSameDevice(one, other);

const haveSameName = (one: Attachment, other: Attachment): boolean => one.interfaceName === other.interfaceName;

const haveSameDevice = (one: Attachment, other: Attachment): boolean =>
  one.device !== undefined && one.device.id === other.device?.id;

/**
 * Returns the record to write before the first plugin of a change runs. `at`: ISO 8601. An attachment that is in the
 * record keeps its position; one that replaces another comes after it; others come last.
 */
export function begunRecord(record: SandboxRecord, change: SandboxChange, at: string): SandboxRecord {
  const { attach, detach, restore = [] } = change;
  const marked = record.attachments.map((entry) => (detach.includes(entry) ? beingDetached(entry) : entry));
  const attachments = [...restore, ...attach].reduce((entries, attachment) => {
    if (entries.some((entry) => entry.attachment === attachment)) return entries;
    const fallback = restore.includes(attachment) ? attachment : fallbackFor(attachment, detach);
    const before = entries.findLastIndex((entry) => haveSameName(entry.attachment, attachment));
    return entries.toSpliced(before === -1 ? entries.length : before + 1, 0, intendedEntry(attachment, fallback));
  }, marked);
  return { ...record, attachments, ...(record.complete && { changedAt: at }) };
}

/** Returns the entry of an attachment that is about to be made, with the fallback to attach if that fails. */
export const intendedEntry = (attachment: Attachment, fallback?: Attachment): AttachmentRecord => ({
  state: 'intended',
  attachment,
  ...(fallback !== undefined && { fallback }),
});

function fallbackFor(attachment: Attachment, detach: readonly AttachmentRecord[]): Attachment | undefined {
  const replaced = detach.find((entry) => haveSameName(entry.attachment, attachment));
  return replaced?.state === 'attached' ? replaced.attachment : replaced?.fallback;
}

// an intended entry stays intended: its plugins may still run, or be missing
const beingDetached = (entry: AttachmentRecord): AttachmentRecord =>
  entry.state === 'attached'
    ? {
        state: 'detaching',
        attachment: entry.attachment,
        result: entry.result,
        attempts: 0,
        lastError: 'its detachment was interrupted',
      }
    : entry;

/**
 * Returns the change that settles a live sandbox after an interrupted change or a failed detach; undefined if every
 * attachment is settled.
 */
export function recoveryOf({ attachments }: SandboxRecord): SandboxChange | undefined {
  const detach = attachments.filter((entry) => entry.state !== 'attached' && !isAbandoned(entry));
  if (detach.length === 0) return undefined;
  const fallbacks = detach.flatMap((entry) => (entry.state === 'attached' ? [] : (entry.fallback ?? [])));
  const isFirst = (one: Attachment, index: number): boolean =>
    fallbacks.findIndex((other) => haveSameName(one, other)) === index;
  // copies, so that none is identical to the attachment of an entry
  const restore = fallbacks.filter(isFirst).map((each) => ({ ...each }));
  return { attach: [], detach, restore };
}
