import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern the journal of a node, its locks and its repair.

export const recordDamaged = define(
  'PLX-RECORD-DAMAGED',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'Release the interfaces and addresses of the sandbox by hand. Plexus has moved the file aside for inspection.',
  },
  (c: { file: string; problem: string }) => `journal file ${c.file} cannot be read: ${c.problem}`,
);
export const recordNewer = define(
  'PLX-RECORD-NEWER',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'Install the newer version of Plexus on this node again; it continues with this file. Do not delete the file: nothing is lost.',
  },
  (c: { file: string; formatVersion: number }) =>
    `journal file ${c.file} has format ${c.formatVersion}, which only a newer version of Plexus can read`,
);
export const sandboxBusy = define(
  'PLX-SANDBOX-BUSY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'No action needed: the runtime retries. If this persists, check whether that process hangs.',
  },
  (c: { sandbox: string; holder: string }) => `sandbox ${c.sandbox} is locked by ${c.holder}`,
);
export const sandboxUnknown = define(
  'PLX-SANDBOX-UNKNOWN',
  {
    code: cniCode.containerUnknown,
    retry: 'never',
    fix: 'Pass the container ID of a sandbox that plexus attachments lists, or enough of its beginning to be unique.',
  },
  (c: { sandbox: string; matches: readonly string[]; folder: string }) =>
    c.matches.length === 0
      ? `the journal in ${c.folder} has no sandbox ${JSON.stringify(c.sandbox)}`
      : `several sandboxes begin with ${JSON.stringify(c.sandbox)}: ${c.matches.join(', ')}`,
);
export const noRecordSelected = define(
  'PLX-NO-RECORD-SELECTED',
  {
    code: cniCode.containerUnknown,
    retry: 'never',
    fix: 'Run plexus attachments to list what the journal of this node contains; another node is selected with --node.',
  },
  (c: { what: string; folder: string }) => `the journal in ${c.folder} has no attachment of ${c.what}`,
);
export const podNotAttached = define(
  'PLX-POD-NOT-ATTACHED',
  {
    code: cniCode.containerUnknown,
    retry: 'never',
    fix: 'Run the command on the node of the pod; plexus attachments lists what is attached there.',
  },
  (c: { pod: string; folder: string }) => `the journal in ${c.folder} has no complete attachment of pod ${c.pod}`,
);
export const stillInUse = define(
  'PLX-STILL-IN-USE',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Delete the pod, so that DEL undoes its attachments. With --force, the journal forgets the attachments although they are not undone.',
  },
  (c: { sandbox: string; names: readonly string[] }) =>
    `only abandoned attachments can be forgotten, but sandbox ${c.sandbox} still uses ${c.names.join(', ')}`,
);
export const podMayBeAlive = define(
  'PLX-POD-MAY-BE-ALIVE',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Delete the pod, so that the runtime detaches its sandbox. With --force, Plexus detaches the sandbox even if the pod is running.',
  },
  (c: { sandbox: string; netns: string }) =>
    `the network namespace of sandbox ${c.sandbox} still exists (${c.netns}): its pod may be alive`,
);
export const attachmentsDiffer = define(
  'PLX-ATTACHMENTS-DIFFER',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Delete these pods so that they are recreated with their networks.',
  },
  (c: { failed: number; checked: number }) =>
    `${c.failed} of ${c.checked} attachments differ from what the journal recorded`,
);
