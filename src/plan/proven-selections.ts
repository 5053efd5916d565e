import { type NetworkSelection, nadKey } from '../npwg/index.ts';
import { requestedNetwork } from './requested-network.ts';
import type { AttachmentRecord, SandboxRecord } from './record.ts';
import type { Settings } from './settings.ts';

/**
 * Assigns selections to the attachments of a record that contains none, written by an early version. Returns undefined
 * unless each selection has one attachment of its network and name, and no attachment is left except those of the
 * node's configuration. `of`: the attachment of each selection. Whether their requests are the same remains to be
 * compared.
 */
export function withRecordedSelections(
  record: SandboxRecord,
  selections: readonly NetworkSelection[],
  { defaultNetworks, multusNamespace }: Pick<Settings, 'defaultNetworks' | 'multusNamespace'>,
): { readonly record: SandboxRecord; readonly of: readonly AttachmentRecord[] } | undefined {
  const configured = new Set(defaultNetworks.map((name) => nadKey({ namespace: multusNamespace, name })));
  const free = new Set(record.attachments.filter(({ attachment }) => !attachment.isDefault && attachment.nad));
  const named = new Set(selections.map(({ interfaceName }) => interfaceName));
  const taken = new Map<NetworkSelection, AttachmentRecord>();
  for (const selection of selections) {
    const { interfaceName, nad } = selection;
    const entry = [...free].find(
      ({ state, attachment }) =>
        state === 'attached' &&
        attachment.network === nadKey(nad) &&
        (interfaceName === undefined
          ? !named.has(attachment.interfaceName)
          : attachment.interfaceName === interfaceName),
    );
    if (entry === undefined) return undefined;
    taken.set(selection, entry);
    free.delete(entry);
  }
  if ([...free].some(({ attachment }) => !configured.has(attachment.network))) return undefined;
  const selectionOf = new Map([...taken].map(([selection, entry]) => [entry, selection]));
  const attachments = record.attachments.map((entry) => {
    const selection = selectionOf.get(entry);
    return selection === undefined
      ? entry
      : { ...entry, attachment: { ...entry.attachment, selection: requestedNetwork(selection) } };
  });
  return { record: { ...record, attachments }, of: [...taken.values()] };
}
