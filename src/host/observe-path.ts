import { dirname, join } from 'node:path';

/** The socket on which the daemon answers root's questions: beside the host link's socket. */
export const observeSocketOf = (linkSocket: string): string => join(dirname(linkSocket), 'observe.sock');
