import { type PlexusError, is, selectionInvalid } from '../errors/index.ts';
import { isJsonObject } from '../cni/index.ts';
import { type Place, placeIn, placeOf } from './finding.ts';
import { isJson, placeInJson } from './broken.ts';
import { type Path, type PlacedText, type PlacedValue, placedJson } from './yaml-position.ts';

/** An annotation that names networks: its text, and its elements with their places. */
export interface PlacedSelections {
  readonly text: PlacedText;
  readonly elements: readonly PlacedElement[];
  /** Where an error about it belongs. */
  readonly placeOf: (error: PlexusError) => Place;
}
export interface PlacedElement {
  /** An annotation with this element alone. */
  readonly alone: string;
  readonly place: (field?: Path) => Place;
  /** The network of a virtual machine that it is made of. */
  readonly vmNetwork?: string;
  /** Of the JSON form. */
  readonly value?: PlacedValue;
}

/** Takes an annotation apart for its places; its meaning is for the parser of npwg to say. */
export function placedSelections(text: PlacedText): PlacedSelections {
  const isJsonForm = /[[{"]/.test(text.text);
  const elements = isJsonForm ? jsonElements(text) : textElements(text);
  const whole = trimmed(text, 0, text.text.length);
  return {
    text,
    elements,
    placeOf: (error) => {
      const { element, field } = is(error, selectionInvalid) ? error.context : {};
      if (element !== undefined) return elements[element]?.place(field) ?? whole;
      return isJsonForm && !isJson(text.text) ? placeInJson(text) : whole;
    },
  };
}

function trimmed(text: PlacedText, from: number, to: number): Place {
  const inner = text.text.slice(from, to);
  const start = from + inner.length - inner.trimStart().length;
  return placeIn(text, start, Math.max(start, from + inner.trimEnd().length));
}

function textElements(text: PlacedText): readonly PlacedElement[] {
  let from = 0;
  return text.text.split(',').map((item) => {
    const start = from;
    from += item.length + 1;
    // an empty element is at its comma
    const comma = start === 0 ? item.length : start - 1;
    return {
      alone: item,
      place: () => (item.trim() === '' ? placeIn(text, comma, comma + 1) : trimmed(text, start, start + item.length)),
    };
  });
}

function jsonElements(text: PlacedText): readonly PlacedElement[] {
  const list = decoded(text);
  if (list === undefined || !Array.isArray(list.value)) return [];
  return list.value.map((each, index) => {
    const value = list.at([index]);
    return { alone: JSON.stringify([each]), value, place: (field = []) => placeOf(value, field) };
  });
}

function decoded(text: PlacedText): PlacedValue | undefined {
  try {
    return placedJson(text);
  } catch {
    return undefined; // the parser of npwg says why
  }
}

/** Whether an element of the JSON form asks for something. */
export const asksFor = ({ value }: PlacedElement, field: string): boolean => {
  const object = value?.value;
  return isJsonObject(object) && Object.keys(object).some((key) => key.toLowerCase() === field.toLowerCase());
};
