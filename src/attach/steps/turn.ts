import type { PodMetadata } from '../../npwg/index.ts';

/** Runs CPU-bound work when it is the turn of the tenant `of`. */
export type Turn = <T>(of: string, work: () => T) => Promise<T>;

/** Runs the work at once; for a process that serves one call. */
export const atOnce: Turn = async (_of, work) => work();

/** Returns the tenant of a pod. Pods of one namespace share their turns, because one author can create many pods. */
export const turnOf = (pod: Pick<PodMetadata, 'namespace'> | undefined): string => pod?.namespace ?? '';
