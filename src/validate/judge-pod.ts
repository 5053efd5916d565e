import type { Path } from '../errors/index.ts';
import type { NadRef } from '../npwg/index.ts';
import type { Settings } from '../plan/index.ts';
import { checkPod, selectedNads } from './check-pod.ts';
import { checkVm, nadsOfVm } from './check-vm.ts';
import type { Finding } from './finding.ts';
import { firstOfEachRule } from './first-few.ts';
import { identityFinding, kindOf, nameFindings } from './kinds.ts';
import type { PodContext } from './plan-pod.ts';
import { textAt } from './values.ts';

/**
 * Checks the networks that a pod requests. The object is a pod, an owner with a pod template, or a virtual machine of
 * KubeVirt. Never throws.
 */
export function judgePod(object: unknown, context: PodContext): readonly Finding[] {
  const nameless = identityFinding(object, textAt(object, ['kind']) ?? 'Pod');
  if (nameless !== undefined) return [nameless];
  const { path, isVm } = podIn(object);
  const ofVm = isVm ? checkVm({ object, instance: path }, context) : [];
  return firstOfEachRule([...nameFindings(object), ...checkPod(object, path, context), ...ofVm]);
}

/** Returns the NetworkAttachmentDefinitions that the object's pod names, as far as they can be read. */
export function nadsOfPod(object: unknown, settings: Settings): readonly NadRef[] {
  const { path, isVm } = podIn(object);
  return [...selectedNads(object, path, settings), ...(isVm ? nadsOfVm({ object, instance: path }) : [])];
}

/** The path of the pod, or of its template, in an object. */
export const podPathOf = (object: unknown): readonly string[] => podIn(object).path.map(String);

function podIn(object: unknown): { readonly path: Path; readonly isVm: boolean } {
  const known = kindOf(object);
  return known === undefined || known.kind === 'nad'
    ? { path: [], isVm: false }
    : { path: known.path, isVm: known.kind === 'vm' };
}
