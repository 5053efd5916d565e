import { type JsonValue, formatJson, isJsonObject } from '../cni/index.ts';
import { type NetworkSelection, type RequestedNetwork, nadKey, networksKey } from '../npwg/index.ts';
import type { Attachment } from './attachment.ts';
import { freeName } from './interface-names.ts';
import { type AttachmentRecord, type SandboxRecord, isAbandoned } from './record.ts';

// Compares what a pod's annotation requests now with what the journal records, for a sandbox that is live. The journal
// decides, never the network-status annotation: a status may be missing, late or written by another program.
//
// A selection and an attachment belong together if they are equal, in whatever order the annotation names them. A
// selection with an interface name otherwise belongs to the attachment that has this name. A selection without one
// belongs to an attachment of the same network: it keeps the name that this attachment got. What belongs together and
// is not equal is a swap: detached and attached again under the same interface name.

/** A selection that is not attached yet. */
export interface Plug {
  readonly selection: NetworkSelection;
  /** Its number in the annotation, from 1. */
  readonly position: number;
  /** The attachment that it replaces. It gets that one's interface name. */
  readonly replaces?: AttachmentRecord;
}
/** An attachment that stays as it is. */
export interface KeptAttachment {
  readonly entry: AttachmentRecord;
  readonly selection: NetworkSelection;
  readonly position: number;
}
/** What has to change so that a sandbox has exactly the networks of its pod's annotation. */
export interface AnnotationDifference {
  readonly kept: readonly KeptAttachment[];
  /** In the order of the annotation. */
  readonly plugs: readonly Plug[];
  /** Attachments that no selection names any more. */
  readonly unplugs: readonly AttachmentRecord[];
}

type Rule = (selection: NetworkSelection, entry: AttachmentRecord) => boolean;

/**
 * Returns the difference between the selections of an annotation and a live sandbox. Networks that the node's
 * configuration added are not part of it.
 */
export function annotationDifference(
  selections: readonly NetworkSelection[],
  record: SandboxRecord,
): AnnotationDifference {
  const requested = selections.map((selection, index) => ({ selection, position: index + 1 }));
  const free = new Set(record.attachments.filter(isOfAnnotation));
  const matches = new Map<NetworkSelection, AttachmentRecord>();
  for (const rule of rules)
    for (const { selection } of requested) {
      if (matches.has(selection)) continue;
      const entry = [...free].find((each) => rule(selection, each));
      if (entry === undefined) continue;
      matches.set(selection, entry);
      free.delete(entry);
    }
  const isKept = ({ selection }: { readonly selection: NetworkSelection }): boolean => {
    const entry = matches.get(selection);
    return entry?.state === 'attached' && haveSameRequests(selection, entry) && canHaveName(selection, entry);
  };
  return {
    kept: requested.filter(isKept).flatMap((each) => {
      const entry = matches.get(each.selection);
      return entry === undefined ? [] : [{ ...each, entry }];
    }),
    plugs: requested
      .filter((each) => !isKept(each))
      .map((each) => {
        const replaces = matches.get(each.selection);
        return { ...each, ...(replaces !== undefined && { replaces }) };
      }),
    unplugs: [...free],
  };
}

/** Whether an attachment was made because a pod's networks annotation requested it. */
export const isOfAnnotation = (entry: AttachmentRecord): boolean =>
  entry.attachment.selection !== undefined && !entry.attachment.isDefault && !isAbandoned(entry);

const canHaveName = ({ interfaceName }: NetworkSelection, { attachment }: AttachmentRecord): boolean =>
  interfaceName === undefined || interfaceName === attachment.interfaceName;

const haveSameName: Rule = ({ interfaceName }, { attachment }) => interfaceName === attachment.interfaceName;

const haveSameNetwork: Rule = ({ nad }, { attachment }) =>
  attachment.selection !== undefined && nadKey(nad) === nadKey(attachment.selection.nad);

const haveSameRequests: Rule = (selection, { attachment }) =>
  attachment.selection !== undefined && requestsText(selection) === requestsText(attachment.selection);

const wasUnnamed: Rule = (_selection, { attachment }) => attachment.selection?.interfaceName === undefined;

const isUnnamed: Rule = ({ interfaceName }) => interfaceName === undefined;

const all =
  (...parts: readonly Rule[]): Rule =>
  (selection, entry) =>
    parts.every((part) => part(selection, entry));

// From the strongest reason to the weakest.
const rules: readonly Rule[] = [
  all(haveSameName, haveSameRequests),
  haveSameName,
  all(isUnnamed, wasUnnamed, haveSameRequests),
  all(isUnnamed, haveSameRequests),
  all(isUnnamed, wasUnnamed, haveSameNetwork),
  all(isUnnamed, haveSameNetwork),
];

/** Everything that a selection requests except the interface name, in a form that does not depend on key order. */
function requestsText(selection: RequestedNetwork): string {
  const { interfaceName: _compared, ...requests } = selection;
  const { place: _shown, ...rest } = requests as typeof requests & { readonly place?: unknown };
  return formatJson(withSortedKeys(rest as unknown as JsonValue));
}

function withSortedKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, withSortedKeys(each)]),
  );
}

/**
 * Returns a record's attachments in the order of the annotation: the default network, the networks of the node's
 * configuration, then those that the annotation requests.
 */
export function inAnnotationOrder(
  record: SandboxRecord,
  selections: readonly NetworkSelection[],
): readonly AttachmentRecord[] {
  const { kept } = annotationDifference(selections, record);
  const positions = new Map(kept.map(({ entry, position }) => [entry, position]));
  const placeOf = (entry: AttachmentRecord): number =>
    isOfAnnotation(entry) ? (positions.get(entry) ?? selections.length + 1) : 0;
  return record.attachments.toSorted((one, other) => placeOf(one) - placeOf(other));
}

/**
 * Returns planned attachments under the interface names that the record has for the same selections. A running pod
 * keeps the name of an unnamed element when the elements before it change, while a new plan counts again.
 */
export function withRecordedNames(planned: readonly Attachment[], record: SandboxRecord): readonly Attachment[] {
  const place = { key: networksKey };
  const ofAnnotation = planned.filter(({ isDefault, selection }) => !isDefault && selection !== undefined);
  const selections = ofAnnotation.flatMap(({ selection }) =>
    selection === undefined ? [] : [{ ...selection, place }],
  );
  const { kept, plugs } = annotationDifference(selections, record);
  const nameAt = new Map([
    ...kept.map(({ position, entry }) => [position, entry.attachment.interfaceName] as const),
    ...plugs.flatMap(({ position, replaces }) =>
      replaces === undefined ? [] : [[position, replaces.attachment.interfaceName] as const],
    ),
  ]);
  const taken = new Set(record.attachments.map(({ attachment }) => attachment.interfaceName));
  return planned.map((attachment) => {
    const position = ofAnnotation.indexOf(attachment) + 1;
    const own = nameAt.get(position) ?? attachment.selection?.interfaceName;
    if (position === 0 || own !== undefined) return { ...attachment, interfaceName: own ?? attachment.interfaceName };
    const interfaceName = freeName(taken, position);
    taken.add(interfaceName);
    return { ...attachment, interfaceName };
  });
}
