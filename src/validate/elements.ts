import { type Path, type PlexusError, is, selectionInvalid } from '../errors/index.ts';
import { isJsonObject, parseJson } from '../cni/index.ts';
import type { Spot } from './finding.ts';
import { brokenAt, isJson, trimmed } from './json-text.ts';

/** An annotation that names networks: its text, and its elements. */
export interface NetworksAnnotation {
  readonly text: string;
  readonly elements: readonly Element[];
  /** Where an error about it belongs. */
  readonly spotOf: (error: PlexusError) => Spot;
}
export interface Element {
  /** An annotation with this element alone. */
  readonly alone: string;
  readonly at: (field?: Path) => Spot;
  /** The network of a virtual machine that it is made of. */
  readonly vmNetwork?: string;
  /** Of the JSON form. */
  readonly value?: unknown;
}

/** Takes an annotation apart; its meaning is for the parser of npwg to say. `path`: of the annotation. */
export function annotationAt(path: Path, text: string): NetworksAnnotation {
  const isJsonForm = /[[{"]/.test(text);
  const elements = isJsonForm ? jsonElements(path, text) : textElements(path, text);
  const whole = { path, characters: trimmed(text) };
  return {
    text,
    elements,
    spotOf: (error) => {
      const { element, field } = is(error, selectionInvalid) ? error.context : {};
      if (element !== undefined) return elements[element]?.at(field) ?? whole;
      return isJsonForm && !isJson(text) ? { path, characters: brokenAt(text) } : whole;
    },
  };
}

function textElements(path: Path, text: string): readonly Element[] {
  let from = 0;
  return text.split(',').map((item) => {
    const start = from;
    from += item.length + 1;
    // an empty element is at its comma
    const comma = start === 0 ? item.length : start - 1;
    const characters = item.trim() === '' ? ([comma, comma + 1] as const) : trimmed(text, start, start + item.length);
    return { alone: item, at: () => ({ path, characters }) };
  });
}

function jsonElements(path: Path, text: string): readonly Element[] {
  if (!isJson(text)) return []; // the parser of npwg says why
  const list = parseJson(text, 'it');
  return (Array.isArray(list) ? (list as readonly unknown[]) : []).map((value, index) => ({
    alone: JSON.stringify([value]),
    value,
    at: (field = []) => ({ path: [...path, index, ...field] }),
  }));
}

/** Whether an element of the JSON form asks for something. */
export const asksFor = ({ value }: Element, field: string): boolean =>
  isJsonObject(value) && Object.keys(value).some((key) => key.toLowerCase() === field.toLowerCase());
