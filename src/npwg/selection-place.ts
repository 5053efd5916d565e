import { type PlexusError, selectionInvalid } from '../errors/index.ts';

/** Where in an annotation a value stands: the annotation, the element ("element 2"), the field. */
export interface Place {
  readonly key: string;
  readonly element: string;
  readonly field?: string;
}

const longest = 80;

/** The error for one value of an annotation: names the place, the value and what is allowed. */
export const invalidAt = (place: Place, value: unknown, allowed: string): PlexusError =>
  selectionInvalid({
    key: place.key,
    place: place.field === undefined ? place.element : `${place.element}, ${place.field}`,
    value: shown(value),
    allowed,
  });

export const fieldOf = (place: Place, field: string): Place => ({
  ...place,
  field: place.field === undefined ? field : `${place.field}.${field}`,
});

/** A value as JSON, shortened. */
export function shown(value: unknown): string {
  const text =
    value === undefined ? 'nothing' : JSON.stringify(typeof value === 'string' ? value.slice(0, longest + 1) : value);
  // a character outside the basic plane is not cut in two
  return text.length > longest ? `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}
