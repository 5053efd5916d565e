import { type Path, type PlexusError, is, selectionInvalid } from '../errors/index.ts';
import { isJsonObject, parseJson } from '../cni/index.ts';
import { assertReadable, isJsonForm } from '../npwg/index.ts';
import type { Spot } from './finding.ts';
import { brokenAt, isJson, trimmed } from './json-text.ts';

/** The text of an annotation that names networks, and its elements. */
export interface NetworksAnnotation {
  readonly text: string;
  readonly elements: readonly Element[];
  /** Returns the place of an error in the annotation. */
  readonly spotOf: (error: PlexusError) => Spot;
}
export interface Element {
  /** An annotation that contains only this element. */
  readonly alone: string;
  readonly at: (field?: Path) => Spot;
  /** The network of the virtual machine that this element was created from. */
  readonly vmNetwork?: string;
  /** The element in the JSON form. */
  readonly value?: unknown;
}

/**
 * Splits an annotation into elements without interpreting them, which is left to the parser of npwg. `path`: the
 * annotation's place in the object. There are no elements if the annotation is too large for the parser, which reports
 * why: splitting and planning a hundred thousand elements takes minutes.
 */
export function annotationAt(path: Path, text: string, maxNetworks: number): NetworksAnnotation {
  const isReadable = canBeRead(text, maxNetworks);
  const elements = isReadable ? elementsOf(path, text, maxNetworks) : [];
  const whole = { path, characters: trimmed(text) };
  return {
    text,
    elements,
    spotOf: (error) => {
      const { element, field } = is(error, selectionInvalid) ? error.context : {};
      if (element !== undefined) return elements[element]?.at(field) ?? whole;
      return isReadable && isJsonForm(text) && !isJson(text) ? { path, characters: brokenAt(text) } : whole;
    },
  };
}

function canBeRead(text: string, maxNetworks: number): boolean {
  try {
    assertReadable(text, { key: '', namespace: '', maxNetworks });
    return true;
  } catch {
    return false;
  }
}

const elementsOf = (path: Path, text: string, maxNetworks: number): readonly Element[] =>
  isJsonForm(text) ? jsonElements(path, text, maxNetworks) : textElements(path, text);

function textElements(path: Path, text: string): readonly Element[] {
  let from = 0;
  return text.split(',').map((item) => {
    const start = from;
    from += item.length + 1;
    // an empty element has the place of its comma
    const comma = start === 0 ? item.length : start - 1;
    const characters = item.trim() === '' ? ([comma, comma + 1] as const) : trimmed(text, start, start + item.length);
    return { alone: item, at: () => ({ path, characters }) };
  });
}

function jsonElements(path: Path, text: string, maxNetworks: number): readonly Element[] {
  if (!isJson(text)) return []; // the parser of npwg reports the reason
  const list = parseJson(text, 'it');
  const values = Array.isArray(list) && list.length <= maxNetworks ? (list as readonly unknown[]) : [];
  return values.map((value, index) => ({
    alone: JSON.stringify([value]),
    value,
    at: (field = []) => ({ path: [...path, index, ...field] }),
  }));
}

/** Whether an element in the JSON form contains a field. */
export const asksFor = ({ value }: Element, field: string): boolean =>
  isJsonObject(value) && Object.keys(value).some((key) => key.toLowerCase() === field.toLowerCase());
