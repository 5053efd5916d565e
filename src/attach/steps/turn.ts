import type { PodMetadata } from '../../npwg/index.ts';

/** Runs CPU-bound work for a tenant (`of`) when it is that tenant's turn. */
export type Turn = <T>(of: string, work: () => T) => Promise<T>;

/** Runs the work at once: for a process that serves one call. */
export const atOnce: Turn = async (_of, work) => work();

/** Pods of one namespace share their turns: an author of one pod can create many. */
export const turnOf = (pod: Pick<PodMetadata, 'namespace'> | undefined): string => pod?.namespace ?? '';
