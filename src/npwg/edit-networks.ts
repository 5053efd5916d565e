import { type JsonObject, type JsonValue, formatJson, parseJson } from '../cni/index.ts';
import { interfaceTaken } from '../errors/index.ts';
import { networksKey } from './keys.ts';
import { nadKey } from './nad.ts';
import type { NetworkStatus } from './network-status.ts';
import { parseSelections } from './parse-selections.ts';
import type { RequestedNetwork } from './selection.ts';

// Edits a networks annotation as a person would: the other elements keep their text.

const isJson = (text: string): boolean => /[[{"]/.test(text);

/** Returns the annotation with one more element. Throws selectionInvalid if it is invalid, and interfaceTaken. */
export function withNetwork(
  text: string | undefined,
  { nad, interfaceName }: Pick<RequestedNetwork, 'nad' | 'interfaceName'>,
  podNamespace: string,
): string {
  const { selections } = parseSelections(text, podNamespace);
  const other = selections.find((each) => interfaceName !== undefined && each.interfaceName === interfaceName);
  if (other !== undefined && interfaceName !== undefined)
    throw interfaceTaken({ interfaceName, by: nadKey(other.nad) });
  const isOfPod = nad.namespace === podNamespace;
  const element = {
    name: nad.name,
    ...(!isOfPod && { namespace: nad.namespace }),
    ...(interfaceName !== undefined && { interface: interfaceName }),
  };
  const short = `${isOfPod ? '' : `${nad.namespace}/`}${nad.name}${interfaceName === undefined ? '' : `@${interfaceName}`}`;
  const before = text?.trim() ?? '';
  const next = isJson(before)
    ? formatJson([...elementsOf(before), element])
    : before === ''
      ? short
      : `${before},${short}`;
  parseSelections(next, podNamespace);
  return next;
}

/**
 * Returns the annotation without the element of an interface: the one that names it, otherwise the one that got it
 * according to network-status. Undefined if there is none.
 */
export function withoutInterface(
  text: string | undefined,
  {
    interfaceName,
    podNamespace,
    status,
  }: {
    readonly interfaceName: string;
    readonly podNamespace: string;
    readonly status: readonly NetworkStatus[];
  },
): string | undefined {
  const { selections } = parseSelections(text, podNamespace);
  const named = selections.findIndex((each) => each.interfaceName === interfaceName);
  const index = named >= 0 ? named : unnamedIndex(selections, interfaceName, status);
  if (text === undefined || index < 0) return undefined;
  if (isJson(text)) return formatJson(elementsOf(text).toSpliced(index, 1));
  const rest = text
    .split(',')
    .filter((each) => each.trim() !== '')
    .toSpliced(index, 1)
    .join(',');
  return rest === '' ? '[]' : rest;
}

/** Elements without a name and the remaining entries of their network belong together in order. */
function unnamedIndex(
  selections: readonly RequestedNetwork[],
  interfaceName: string,
  status: readonly NetworkStatus[],
): number {
  const network = status.find((each) => each.interface === interfaceName && !each.default)?.name;
  if (network === undefined) return -1;
  const names = new Set(selections.flatMap((each) => each.interfaceName ?? []));
  const entries = status.filter((each) => !each.default && each.name === network && !names.has(each.interface ?? ''));
  const order = entries.findIndex((each) => each.interface === interfaceName);
  const unnamed = selections
    .map((selection, index) => ({ selection, index }))
    .filter(({ selection }) => selection.interfaceName === undefined && nadKey(selection.nad) === network);
  return unnamed[order]?.index ?? -1;
}

function elementsOf(text: string): readonly JsonValue[] {
  const json = parseJson(text, `annotation ${networksKey}`);
  return Array.isArray(json) ? json : [json as JsonObject];
}
