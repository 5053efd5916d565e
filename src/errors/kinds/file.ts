import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern files and disks of a node.

export const fileUnusable = define(
  'PLX-FILE-UNUSABLE',
  {
    code: cniCode.io,
    retry: 'later',
    fix: 'Check that the file or folder exists and that Plexus has permission to use it.',
  },
  (c: { file: string; action: string; problem: string }) => `cannot ${c.action} ${c.file}: ${c.problem}`,
);
export const diskFull = define(
  'PLX-DISK-FULL',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Free space or inodes on that file system (df and df -i show it); the runtime retries automatically.',
    fixAtPrompt: 'Free space or inodes on that file system (df and df -i show it), and run the command again.',
  },
  (c: { file: string; action: string }) => `cannot ${c.action} ${c.file}: no space is left on the disk`,
);
export const diskReadOnly = define(
  'PLX-DISK-READ-ONLY',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Remount the file system for writing. If the kernel made it read-only, the disk has failed (see dmesg). The runtime retries automatically.',
    fixAtPrompt:
      'Remount the file system for writing. If the kernel made it read-only, the disk has failed (see dmesg). Then run the command again.',
  },
  (c: { file: string; action: string }) => `cannot ${c.action} ${c.file}: the file system is read-only`,
);
