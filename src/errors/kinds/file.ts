import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern files and disks of a node.

export const fileUnusable = define(
  'PLX-FILE-UNUSABLE',
  {
    code: cniCode.io,
    retry: 'later',
    fix: 'Check that the file or folder exists, that the disk is not full, and that Plexus may use it.',
  },
  (c: { file: string; action: string; problem: string }) => `cannot ${c.action} ${c.file}: ${c.problem}`,
);
export const diskFull = define(
  'PLX-DISK-FULL',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Free space on that file system (df and df -i name it); the runtime tries again by itself.',
  },
  (c: { file: string; action: string }) => `cannot ${c.action} ${c.file}: no space is left on the disk`,
);
export const diskReadOnly = define(
  'PLX-DISK-READ-ONLY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Mount it for writing; a disk that the kernel made read-only has failed (dmesg says why). The runtime tries again by itself.',
  },
  (c: { file: string; action: string }) => `cannot ${c.action} ${c.file}: the file system is read-only`,
);
