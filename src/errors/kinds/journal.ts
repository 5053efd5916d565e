import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern the journal of a node, its locks and its repair.

export const recordDamaged = define(
  'PLX-RECORD-DAMAGED',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'The file is kept aside for inspection; remove what is left of the sandbox by hand.',
  },
  (c: { file: string; problem: string }) => `journal file ${c.file} cannot be read: ${c.problem}`,
);
export const recordNewer = define(
  'PLX-RECORD-NEWER',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'Nothing is lost: the file stays where it is, and the newer version goes on with it. Do not remove it; run that version again on this node.',
  },
  (c: { file: string; formatVersion: number }) =>
    `journal file ${c.file} is of format ${c.formatVersion}, which only a newer version of Plexus can read`,
);
export const sandboxBusy = define(
  'PLX-SANDBOX-BUSY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Nothing: the runtime tries again. If it persists, look for a hanging process with this identifier.',
  },
  (c: { sandbox: string; holder: string }) => `sandbox ${c.sandbox} is being worked on by ${c.holder}`,
);
export const sandboxUnknown = define(
  'PLX-SANDBOX-UNKNOWN',
  {
    code: cniCode.containerUnknown,
    retry: 'never',
    fix: 'Give the container ID, or enough of its beginning, of one that plexus attachments list shows.',
  },
  (c: { sandbox: string; matches: readonly string[]; folder: string }) =>
    c.matches.length === 0
      ? `the journal in ${c.folder} holds no sandbox ${JSON.stringify(c.sandbox)}`
      : `${JSON.stringify(c.sandbox)} is the beginning of several sandboxes: ${c.matches.join(', ')}`,
);
export const podNotAttached = define(
  'PLX-POD-NOT-ATTACHED',
  {
    code: cniCode.containerUnknown,
    retry: 'never',
    fix: 'Ask on the node of the pod; plexus attachments lists what is attached there.',
  },
  (c: { pod: string; folder: string }) => `the journal in ${c.folder} holds no complete attachment of pod ${c.pod}`,
);
export const stillInUse = define(
  'PLX-STILL-IN-USE',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Delete the pod: DEL undoes its attachments. With --force the journal forgets them all the same, and nobody will undo them.',
  },
  (c: { sandbox: string; names: readonly string[] }) =>
    `sandbox ${c.sandbox} has attachments that are not abandoned: ${c.names.join(', ')}`,
);
export const podMayBeAlive = define(
  'PLX-POD-MAY-BE-ALIVE',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Delete the pod: the runtime then detaches it. With --force its networks are taken from it even if it runs.',
  },
  (c: { sandbox: string; netns: string }) =>
    `the network namespace of sandbox ${c.sandbox} still exists (${c.netns}): its pod may be alive`,
);
export const attachmentsDiffer = define(
  'PLX-ATTACHMENTS-DIFFER',
  { code: cniCode.attachment, retry: 'never', fix: 'Delete the pods concerned so that their networks are made again.' },
  (c: { failed: number; checked: number }) => `${c.failed} of ${c.checked} attachments are not as they were made`,
);
