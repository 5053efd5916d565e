import { open, readlink, stat, statfs } from 'node:fs/promises';
import { netnsUnusable, problemOf } from '../errors/index.ts';

/**
 * A network namespace that is held open. A path may lead elsewhere a moment after it was checked; a descriptor cannot.
 * So a namespace is opened once, and what was checked is what programs enter: they find it under the number of this
 * process.
 */
export interface HeldNamespace {
  /** As it was requested, for messages. */
  readonly netns: string;
  /** Leads to the descriptor, for every process of the node, until it is released. */
  readonly path: string;
  /** Whether it is the namespace of the node: that of this process, or of process 1. */
  readonly isNode: boolean;
  readonly release: () => Promise<void>;
}

// open(2) and statfs(2): only names the file, so that no FIFO blocks and no device is touched; the file system of
// namespaces
const [O_PATH, NSFS_MAGIC] = [0x20_00_00, 0x6e_73_66_73];

/** Opens a namespace. netnsUnusable. */
export async function holdNamespace(netns: string): Promise<HeldNamespace> {
  const handle = await open(netns, O_PATH).catch((error: NodeJS.ErrnoException) => {
    const isMissing = error.code === 'ENOENT';
    throw netnsUnusable({ netns, isMissing, problem: isMissing ? 'it does not exist' : problemOf(error) });
  });
  try {
    const path = `/proc/${await readlink('/proc/self')}/fd/${handle.fd}`;
    const { type } = await statfs(path);
    if (type !== NSFS_MAGIC) throw netnsUnusable({ netns, problem: 'it is no network namespace' });
    return { netns, path, isNode: await isOfNode(path), release: () => handle.close() };
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

/** Whether a path leads to the node's own namespace. False when it leads to none. */
export const isNodeNamespace = (path: string): Promise<boolean> => isOfNode(path).catch(() => false);

async function isOfNode(path: string): Promise<boolean> {
  const here = await stat(path);
  const ofNode = await Promise.all([stat('/proc/self/ns/net'), stat('/proc/1/ns/net').catch(() => undefined)]);
  return ofNode.some((each) => each?.ino === here.ino && each.dev === here.dev);
}
