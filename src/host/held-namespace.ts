import { open, readlink, stat, statfs } from 'node:fs/promises';
import { netnsUnusable, problemOf } from '../errors/index.ts';

/**
 * A network namespace that is held open. A path may lead elsewhere a moment after the check; a descriptor cannot. The
 * namespace is therefore opened once, and programs enter it through the descriptor of this process, so they enter
 * exactly what was checked.
 */
export interface HeldNamespace {
  /** The path as requested, for messages. */
  readonly netns: string;
  /** A path to the descriptor, valid for every process of the node until release. */
  readonly path: string;
  /** Whether it is the node's namespace: that of this process, or of process 1. */
  readonly isNode: boolean;
  readonly release: () => Promise<void>;
}

// For open(2): O_PATH, so that a FIFO does not block and a device is not touched. For statfs(2): the file system of
// namespaces.
const [O_PATH, NSFS_MAGIC] = [0x20_00_00, 0x6e_73_66_73];

/** Opens a namespace. Rejects with netnsUnusable. */
export async function holdNamespace(netns: string): Promise<HeldNamespace> {
  const handle = await open(netns, O_PATH).catch((error: NodeJS.ErrnoException) => {
    const isMissing = error.code === 'ENOENT';
    throw netnsUnusable({ netns, isMissing, problem: isMissing ? 'it does not exist' : problemOf(error) });
  });
  try {
    const path = `/proc/${await readlink('/proc/self')}/fd/${handle.fd}`;
    const { type } = await statfs(path);
    if (type !== NSFS_MAGIC) throw netnsUnusable({ netns, problem: 'it is not a network namespace' });
    return { netns, path, isNode: await isOfNode(path), release: () => handle.close() };
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

/** Whether a path leads to the node's own namespace. False if it leads to nothing. */
export const isNodeNamespace = (path: string): Promise<boolean> => isOfNode(path).catch(() => false);

async function isOfNode(path: string): Promise<boolean> {
  const here = await stat(path);
  const ofNode = await Promise.all([stat('/proc/self/ns/net'), stat('/proc/1/ns/net').catch(() => undefined)]);
  return ofNode.some((each) => each?.ino === here.ino && each.dev === here.dev);
}
