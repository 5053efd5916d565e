import type { Host, PluginExit, PluginRun, RunSequence } from '../../host/index.ts';
import type { Attachment, AttachmentRecord } from '../../plan/index.ts';
import { delRuns, firstAddRun } from '../../runtime/index.ts';
import { type DelegateDeps, type Operation, delegateCall } from '../steps/call.ts';
import type { Group } from './groups.ts';
import { resultOf } from './recorded-result.ts';

// A plugin run over the host link costs a round trip between daemon and shim. Where the next run is certain before this
// one has ended, both are sent at once, and the shim begins the next one when this one has succeeded. A failure ends
// such a sequence: the shim skips the rest, and the engine decides as it does without sequences.
//
// Certain are all runs of DEL, and at ADD the first plugin of an attachment whose predecessor has one plugin and needs
// nothing else. The journal holds every attachment as intended before a sequence begins, so DEL undoes whatever began.
// The result of an attachment may be noted after the next plugin has begun, but never within a chain of plugins.

/** The sequences of the attachments of one ADD. */
export interface AddSequences {
  /** Returns the host for an attachment. Call it just before the attachment begins, in order. */
  readonly hostFor: (attachment: Attachment) => Host;
  /** Stops the running sequence. Returns the attachments that began although the engine did not begin them. */
  readonly stop: () => Promise<readonly Begun[]>;
}
export interface Begun {
  readonly attachment: Attachment;
  /** How its first plugin ended; absent if unknown. */
  readonly exit?: PluginExit;
}

/** Creates the sequences of attachments that are made in the order of `groups`. */
export function addSequences(
  attachments: readonly Attachment[],
  groups: readonly Group[],
  { operation, deps }: { readonly operation: Operation; readonly deps: DelegateDeps },
  signal: AbortSignal,
): AddSequences {
  const { host } = deps;
  const rows = sequencesOf(attachments, groups);
  let current: ({ readonly row: readonly Attachment[]; readonly runs: readonly PluginRun[] } & RunSequence) | undefined;
  return {
    hostFor: (attachment) => {
      const row = rows.find((each) => each.includes(attachment)) ?? [];
      if (row[0] === attachment) current = undefined;
      if (row[0] === attachment && mayBegin(row.length, deps)) {
        const runs = row.flatMap((each) => firstAddRun(delegateCall(each, operation)) ?? []);
        const sequence = host.startSequence?.(runs, signal);
        current = sequence && { ...sequence, row, runs };
      }
      return current?.row.includes(attachment) === true ? { ...host, runPlugin: current.runPlugin } : host;
    },
    stop: async () => {
      if (current === undefined) return [];
      const { row, runs, stop } = current;
      return (await stop()).flatMap(({ run, ...end }) => {
        const attachment = row[runs.indexOf(run)];
        return attachment === undefined ? [] : [{ attachment, ...end }];
      });
    },
  };
}

// With tracing, each run gets its own context, which is known only when it begins.
const mayBegin = (runs: number, { trace }: DelegateDeps): boolean => runs > 1 && trace === undefined;

/** Returns the attachments whose first plugins can be sent at once, in order; each attachment is in one list. */
export function sequencesOf(
  attachments: readonly Attachment[],
  groups: readonly Group[],
): readonly (readonly Attachment[])[] {
  const rows: Attachment[][] = [];
  let previous: Attachment | undefined;
  for (const { indexes } of groups) {
    const [attachment] = indexes.flatMap((index) => attachments[index] ?? []);
    const isAlone = indexes.length === 1;
    if (attachment !== undefined && isAlone) {
      if (previous !== undefined && endsWithItsPlugin(previous) && beginsWithItsPlugin(attachment))
        rows.at(-1)?.push(attachment);
      else rows.push([attachment]);
    }
    previous = isAlone ? attachment : undefined;
  }
  return rows;
}

const beginsWithItsPlugin = ({ deviceInfo, initialResult }: Attachment): boolean =>
  deviceInfo === undefined && initialResult === undefined;

const endsWithItsPlugin = (attachment: Attachment): boolean =>
  beginsWithItsPlugin(attachment) &&
  attachment.configuration.plugins.length === 1 &&
  attachment.defaultRoute.v4.kind === 'unmanaged' &&
  attachment.defaultRoute.v6.kind === 'unmanaged';

/** Starts the DEL runs of entries, in this order. Undefined if the host cannot, or if there are not several. */
export function startDelSequence(
  entries: readonly AttachmentRecord[],
  operationOf: (entry: AttachmentRecord) => Operation,
  deps: DelegateDeps,
  signal: AbortSignal,
): RunSequence | undefined {
  if (deps.host.startSequence === undefined) return undefined;
  const runsOf = (entry: AttachmentRecord): readonly PluginRun[] =>
    delRuns(delegateCall(entry.attachment, operationOf(entry)), resultOf(entry));
  try {
    const runs = entries.flatMap(runsOf);
    return mayBegin(runs.length, deps) ? deps.host.startSequence(runs, signal) : undefined;
  } catch {
    return undefined; // a recorded result that cannot be used: the DEL of its attachment reports it
  }
}
