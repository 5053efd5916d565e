import { type PlexusError, asPlexusError } from '../../errors/index.ts';
import type { RecordKey } from '../../journal/index.ts';
import { type AttachmentRecord, type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import type { Link } from '../../host/index.ts';
import { listableLinks } from '../steps/links.ts';
import { checkAttachment } from '../steps/check-attachment.ts';
import { withChecked } from '../calls/check.ts';
import { withDeadline } from '../steps/deadline.ts';
import { type RepairDeps, operationFor } from './repair.ts';

/**
 * The outcome of checking one attachment. `skipped`: there is no recorded result to compare with, or the namespace is
 * gone.
 */
export type CheckOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: PlexusError };

/** One attachment of a sandbox, and the outcome of its check. */
export interface CheckedAttachment {
  readonly entry: AttachmentRecord;
  readonly outcome: CheckOutcome;
}
/** A record, and the outcome for each of its attachments. */
export interface CheckedRecord {
  readonly record: SandboxRecord;
  readonly attachments: readonly CheckedAttachment[];
}

/**
 * Checks every attachment of a record as CHECK does, but continues after failures. Returns undefined if there is no
 * such record. Rejects with sandboxBusy.
 */
export function checkSandbox(key: RecordKey, deps: RepairDeps, outer: AbortSignal): Promise<CheckedRecord | undefined> {
  return withDeadline({ command: 'check', seconds: deps.settings.deadlines.checkSeconds }, outer, (signal) =>
    deps.locks.withSandbox({ containerId: key.containerId, command: 'CHECK' }, signal, async () => {
      const record = await deps.journal.read(key);
      if (record === undefined) return undefined;
      const attachments = await checkEach(record, deps, signal);
      const entries = attachments.map(({ entry }) => entry);
      return { record: await withChecked(record, entries, deps), attachments };
    }),
  );
}

async function checkEach(
  record: SandboxRecord,
  deps: RepairDeps,
  signal: AbortSignal,
): Promise<readonly CheckedAttachment[]> {
  const links = record.attachments.every((entry) => reasonToSkip(record, entry) !== undefined)
    ? noLinks
    : await linksOf(record, deps, signal);
  const checked: CheckedAttachment[] = [];
  for (const entry of record.attachments) {
    const why = reasonToSkip(record, entry);
    checked.push(
      why === undefined
        ? await checkOne(entry, record, links, { deps, signal })
        : { entry, outcome: { kind: 'skipped', why } },
    );
  }
  return checked;
}

function reasonToSkip({ complete }: SandboxRecord, entry: AttachmentRecord): string | undefined {
  if (isAbandoned(entry)) return 'it is abandoned';
  if (entry.state === 'detaching') return 'its DEL has failed';
  return complete && entry.state === 'attached' ? undefined : 'its ADD did not finish';
}

type Links = { readonly found: readonly Link[] | undefined } | Exclude<CheckOutcome, { kind: 'ok' }>;

const noLinks: Links = { found: [] };

async function linksOf({ netns, containerId }: SandboxRecord, deps: RepairDeps, signal: AbortSignal): Promise<Links> {
  try {
    return { found: await listableLinks(netns, { sandbox: containerId }, deps, signal) };
  } catch (thrown) {
    const error = asPlexusError(thrown);
    return error.id === 'PLX-NETNS-UNUSABLE' ? { kind: 'skipped', why: error.message } : { kind: 'failed', error };
  }
}

async function checkOne(
  entry: AttachmentRecord,
  record: SandboxRecord,
  links: Links,
  { deps, signal }: { readonly deps: RepairDeps; readonly signal: AbortSignal },
): Promise<CheckedAttachment> {
  if ('kind' in links) return { entry, outcome: links };
  try {
    const operation = operationFor(record, record.netns, deps);
    return {
      entry: await checkAttachment({ entry, links: links.found, operation }, deps, signal),
      outcome: { kind: 'ok' },
    };
  } catch (thrown) {
    return { entry, outcome: { kind: 'failed', error: asPlexusError(thrown) } };
  }
}
