import { noRecordSelected, sandboxUnknown } from '../errors/index.ts';
import type { RepairableRecord } from './repair.ts';

/** Selects records of a journal. A record that one of the options selects is selected. */
export interface RecordSelection {
  readonly sandboxes?: readonly string[] | undefined;
  /** Name of a pod. */
  readonly pod?: string | undefined;
  readonly namespace: string;
  /** namespace/name, or the name of a network of the node. */
  readonly network?: string | undefined;
  readonly all: boolean;
  readonly abandoned: boolean;
}

/** Whether anything is selected. */
export const hasSelection = ({ sandboxes = [], pod, network, all, abandoned }: RecordSelection): boolean =>
  sandboxes.length > 0 || pod !== undefined || network !== undefined || all || abandoned;

/**
 * The selected records. Throws sandboxUnknown for a container ID that is not exactly one sandbox, and noRecordSelected
 * if a pod or network selects nothing.
 */
export function chosenRecords(
  records: readonly RepairableRecord[],
  { folder, ...selection }: RecordSelection & { readonly folder: string },
): readonly RepairableRecord[] {
  const { sandboxes = [], pod, namespace, network, all, abandoned } = selection;
  const named = (what: string, isIn: (record: RepairableRecord) => boolean): readonly RepairableRecord[] => {
    const found = records.filter(isIn);
    if (found.length === 0) throw noRecordSelected({ what, folder });
    return found;
  };
  const chosen = [
    ...sandboxes.flatMap((beginning) => recordsOf(records, beginning, folder)),
    ...(pod === undefined
      ? []
      : named(`pod ${namespace}/${pod}`, ({ rows }) => rows.some((row) => row.pod === `${namespace}/${pod}`))),
    ...(network === undefined
      ? []
      : named(`network ${network}`, ({ rows }) => rows.some((row) => row.network === network))),
    ...records.filter(({ isAbandoned }) => all || (abandoned && isAbandoned)),
  ];
  return [...new Set(chosen)];
}

/** The records of exactly one sandbox. Throws sandboxUnknown. */
function recordsOf(
  records: readonly RepairableRecord[],
  beginning: string,
  folder: string,
): readonly RepairableRecord[] {
  const ids = [
    ...new Set(
      records.map(({ containerId }) => containerId).filter((id) => beginning !== '' && id.startsWith(beginning)),
    ),
  ];
  const [only] = ids.includes(beginning) ? [beginning] : ids;
  if (only === undefined || (ids.length > 1 && only !== beginning))
    throw sandboxUnknown({ sandbox: beginning, matches: ids, folder });
  return records.filter(({ containerId }) => containerId === only);
}
