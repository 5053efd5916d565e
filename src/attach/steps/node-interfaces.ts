import type { NodeLinks } from '../../devices/index.ts';
import type { Nad } from '../../npwg/index.ts';
import type { PlanInputs } from '../../plan/index.ts';

/**
 * Reads the node's links if one of these NADs selects interfaces of the node. Returns nothing if this process is not on
 * the node.
 */
export async function nodeLinksOf(
  nads: Iterable<Nad | undefined>,
  nodeLinks: NodeLinks | undefined,
): Promise<Pick<PlanInputs, 'nodeLinks'>> {
  const selectors = [...nads].flatMap((nad) => Object.values(nad?.interfaces ?? {}).flat());
  if (selectors.length === 0 || nodeLinks === undefined) return {};
  return { nodeLinks: await nodeLinks([...new Set(selectors.flatMap(({ altName }) => altName ?? []))]) };
}
