import { type Labels, nadConfiguration } from '../npwg/index.ts';
import { type PluginPolicy, policyViolations, refusalOf } from '../plan/index.ts';
import { type Finding, findingOf } from './finding.ts';
import { firstFew } from './first-few.ts';
import type { JudgedNad } from './judge-nad.ts';
import { valueAt } from './values.ts';

/**
 * Checks a NetworkAttachmentDefinition against the policies that apply to its namespace. The configuration of a file of
 * the node is not known here; the daemon checks it.
 */
export function judgePolicy(
  { nad, configuration }: JudgedNad,
  { labels, policies }: { readonly labels: Labels; readonly policies: readonly PluginPolicy[] },
): readonly Finding[] {
  if (nad === undefined || configuration === undefined) return [];
  const isList = valueAt(nadConfiguration(nad), ['plugins']) !== undefined;
  // only the node knows which interface a logical master is
  const known = nad.interfaces === undefined ? policies : policies.map(({ masters: _masters, ...policy }) => policy);
  return firstFew(policyViolations(configuration, labels, known), (violation) => {
    // a single configuration has no list of plugins in its text
    const path = isList ? violation.path : violation.path.slice(2);
    return findingOf(refusalOf({ ...violation, path }, nad), { path: ['spec', 'config', ...path] });
  });
}

/** The labels of a namespace of which only the name is known. */
export const labelsOfName = (namespace: string): Labels => ({ 'kubernetes.io/metadata.name': namespace });
