import { asPlexusError, problemOf } from '../../errors/index.ts';
import { resolvedInterfaces } from '../../plan/index.ts';
import { type Check, type Seen, unknown } from '../check.ts';
import type { KnownNad } from '../networks.ts';
import type { NodeScene } from '../node-scene.ts';

/** Which interfaces of this node the networks mean that select them (annotation interfaces). */
export const hostInterfaces: Check<NodeScene> = {
  id: 'PLX-D-HOST-INTERFACES',
  good: 'every interface that a NetworkAttachmentDefinition selects exists on this node',
  finds:
    'no interface of the node, or more than one, matches the selectors of a network (annotation plexus-cni.io/interfaces). A note states which interface each network uses here',
  fix: 'Correct the selectors of the NetworkAttachmentDefinition. No action is needed if its pods never run on this node.',
  place: () => '/sys/class/net',
  look: async (scene, signal) => {
    const { nads, why } = await scene.networks(signal);
    const selecting = nads.filter(({ nad, configuration }) => nad?.interfaces !== undefined && configuration);
    const blind = why === undefined ? [] : [unknown(why)];
    if (selecting.length === 0) return blind;
    const selectors = selecting.flatMap(({ nad }) => Object.values(nad?.interfaces ?? {}).flat());
    try {
      const links = await scene.nodeLinks([...new Set(selectors.flatMap(({ altName }) => altName ?? []))]);
      return [...selecting.flatMap((each) => seenOf(each, links)), ...blind];
    } catch (error) {
      return [unknown(problemOf(error)), ...blind];
    }
  },
};

function seenOf(
  { key, nad, configuration }: KnownNad,
  links: Awaited<ReturnType<NodeScene['nodeLinks']>>,
): readonly Seen[] {
  if (nad?.interfaces === undefined || configuration === undefined) return [];
  const where = `NetworkAttachmentDefinition ${key}`;
  try {
    const resolved = resolvedInterfaces({ network: key, configuration, interfaces: nad.interfaces }, links);
    return resolved.map(({ logical, link }) => ({
      severity: 'note',
      what: `its interface ${logical} is ${link} on this node`,
      where,
      fix: '',
    }));
  } catch (error) {
    return [{ severity: 'warning', what: asPlexusError(error).message, where }];
  }
}
