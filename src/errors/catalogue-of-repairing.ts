import { cniCode } from './cni-code.ts';
import { define } from './plexus-error.ts';

// The part of the catalogue that is about reading and repairing a node's journal by hand. See catalogue.ts for the rules.

export const sandboxUnknown = define(
  'PLX-SANDBOX-UNKNOWN',
  { code: cniCode.containerUnknown, retry: 'never', fix: 'Give the container ID, or enough of its beginning, of one that plexus attachments list shows.' },
  (c: { sandbox: string; matches: readonly string[]; folder: string }) =>
    c.matches.length === 0
      ? `the journal in ${c.folder} holds no sandbox ${JSON.stringify(c.sandbox)}`
      : `${JSON.stringify(c.sandbox)} is the beginning of several sandboxes: ${c.matches.join(', ')}`,
);
export const stillInUse = define(
  'PLX-STILL-IN-USE',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Delete the pod: DEL undoes its attachments. With --force the journal forgets them all the same, and nobody will undo them.',
  },
  (c: { sandbox: string; names: readonly string[] }) => `sandbox ${c.sandbox} has attachments that are not abandoned: ${c.names.join(', ')}`,
);
