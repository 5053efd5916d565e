import { type Nad, type NadRef, type NetworkSelection, nadKey } from '../npwg/index.ts';
import type { Settings } from './settings.ts';

// Permission to use a network. A pod may name a network that requires it only if the pod's ServiceAccount has the verb
// `use` on the NetworkAttachmentDefinition. This file determines which networks require it; src/attach and src/webhook
// ask the API server. The networks that the node's configuration gives to every pod never require it, because no pod
// chooses them.

/** A network that requires the permission, and why. */
export interface GuardedUse {
  readonly nad: NadRef;
  readonly by: 'annotation' | 'settings';
}

/**
 * Returns the networks among these selections that require the permission, each once. A network that is not in `nads`
 * is left out, because no pod can be attached to it.
 */
export function guardedUse(
  selections: readonly Pick<NetworkSelection, 'nad'>[],
  nads: ReadonlyMap<string, Nad | undefined>,
  { requireUse }: Pick<Settings, 'requireUse'>,
): readonly GuardedUse[] {
  const guarded = selections.flatMap(({ nad: ref }): readonly [string, GuardedUse][] => {
    const nad = nads.get(nadKey(ref));
    if (nad === undefined || !(nad.requireUse === true || requireUse)) return [];
    return [[nadKey(ref), { nad: ref, by: nad.requireUse === true ? 'annotation' : 'settings' }]];
  });
  return [...new Map(guarded).values()];
}
