import type { PodMetadata } from '../npwg/index.ts';

/** Does a piece of work that takes the processor, when it is the turn of whom it is for. */
export type Turn = <T>(of: string, work: () => T) => Promise<T>;

/** Where nobody else waits. */
export const atOnce: Turn = async (_of, work) => work();

/** Pods of one namespace share their turns: whoever may create one may create many. */
export const turnOf = (pod: Pick<PodMetadata, 'namespace'> | undefined): string => pod?.namespace ?? '';
