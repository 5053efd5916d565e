import { isAbsolute, join } from 'node:path';
import type { ConfPath } from '../cni/index.ts';
import { readConfPath } from '../runtime/index.ts';
import { type DefaultDecision, decideDefault } from './default-conf.ts';

export interface DefaultOptions {
  readonly folder: string;
  /** Its name in `folder`, or an absolute path of a file or folder. Absent: the first one in `folder`. */
  readonly defaultNetwork?: string;
}

/** Finds the default network: the configured one, else the first of the runtime's folder, whose listing is given. Never rejects. */
export async function findDefault({ folder, defaultNetwork }: DefaultOptions, listing: ConfPath): Promise<DefaultDecision> {
  if (defaultNetwork === undefined) return decideDefault(listing);
  return decideDefault(await readConfPath(isAbsolute(defaultNetwork) ? defaultNetwork : join(folder, defaultNetwork)));
}
