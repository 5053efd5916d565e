import { statfs } from 'node:fs/promises';
import type { Check, Seen } from '../check.ts';
import type { NodeScene } from '../node-scene.ts';

const [fewBytes, fewShare] = [64 * 1024 * 1024, 0.02];

/** Whether the state folder has free space and inodes. */
export const diskSpace: Check<NodeScene> = {
  id: 'PLX-D-DISK',
  good: 'the disk of the state folder has free space and inodes',
  finds: 'the disk of the state folder is full or nearly full: an ADD that cannot be recorded fails',
  fix: 'Free space on that file system (unused images, old logs), or set another cniDir.',
  place: ({ places }) => places.stateDir,
  look: async ({ state }) => {
    const { bavail, blocks, bsize, ffree, files } = await statfs(await state());
    const free = bavail * bsize;
    return [
      ...scarce('space', {
        left: free,
        share: bavail / blocks,
        isFew: free < fewBytes,
        text: `${Math.floor(free / 1024 / 1024)} MiB`,
      }),
      ...(files === 0
        ? []
        : // some file systems do not count them
          scarce('inodes', { left: ffree, share: ffree / files, isFew: ffree < 1000, text: `${ffree}` })),
    ];
  },
};

interface Left {
  readonly left: number;
  readonly share: number;
  readonly isFew: boolean;
  readonly text: string;
}

function scarce(what: string, { left, share, isFew, text }: Left): readonly Seen[] {
  if (!isFew && share >= fewShare) return [];
  const percent = `${(share * 100).toFixed(1)} %`;
  return [
    {
      severity: left === 0 ? 'error' : 'warning',
      what: left === 0 ? `no ${what} is left` : `little ${what} is left: ${text} (${percent})`,
    },
  ];
}
