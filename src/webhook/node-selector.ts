import type { JsonObject } from '../cni/index.ts';
import { type PlexusError, nodeSelectorConflict, nodeSelectorInvalid } from '../errors/index.ts';
import { nodeSelectorKey } from '../npwg/index.ts';
import { objectAt, stringAt } from './pod-parts.ts';
import type { ClusterNad } from './cluster-nad.ts';

/** The pod after its networks' labels were added to spec.nodeSelector, or why not. */
export interface WithNodeSelector {
  readonly pod: JsonObject;
  readonly problems: readonly PlexusError[];
}

interface NodeLabel {
  readonly label: string;
  readonly value: string;
  /** namespace/name of the network that requires it. */
  readonly nad: string;
}

/** Adds the node labels that networks require. A contradiction is a problem: no value is replaced. */
export function withNodeSelector(
  pod: JsonObject,
  nads: readonly Pick<ClusterNad, 'key' | 'annotations'>[],
): WithNodeSelector {
  const own = objectAt(pod, 'spec', 'nodeSelector');
  const added = new Map<string, NodeLabel>();
  const problems: PlexusError[] = [];
  for (const { key: nad, annotations } of nads) {
    const text = annotations[nodeSelectorKey]?.trim() ?? '';
    const required = labelIn(text, nad);
    const problem = required === undefined ? invalid(text, nad) : conflict(required, own, added);
    if (problem !== undefined) problems.push(problem);
    else if (required !== undefined && !Object.hasOwn(own, required.label)) added.set(required.label, required);
  }
  if (added.size === 0) return { pod, problems };
  const nodeSelector = { ...own, ...Object.fromEntries([...added.values()].map(({ label, value }) => [label, value])) };
  return { pod: { ...pod, spec: { ...objectAt(pod, 'spec'), nodeSelector } }, problems };
}

/** Reads `key=value` or `key`. */
function labelIn(text: string, nad: string): NodeLabel | undefined {
  const [label = '', value = '', ...rest] = text.split('=').map((part) => part.trim());
  return label === '' || rest.length > 0 ? undefined : { label, value, nad };
}

const invalid = (text: string, nad: string): PlexusError | undefined =>
  text === '' ? undefined : nodeSelectorInvalid({ nad, value: text.slice(0, 200) });

function conflict(
  { label, value, nad }: NodeLabel,
  own: JsonObject,
  added: ReadonlyMap<string, NodeLabel>,
): PlexusError | undefined {
  const earlier = added.get(label);
  if (earlier === undefined && !Object.hasOwn(own, label)) return undefined;
  const other = earlier?.value ?? stringAt(own, label);
  const source = earlier === undefined ? 'the pod' : `NetworkAttachmentDefinition ${earlier.nad}`;
  return other === value ? undefined : nodeSelectorConflict({ nad, label, value, other, source });
}
