import { type AnnotationPlace, type PlexusError, selectionInvalid } from '../errors/index.ts';

const longest = 80;

/** Creates the error for one value of an annotation, with its place, the value and what is allowed. */
export const invalidAt = (place: AnnotationPlace, value: unknown, allowed: string): PlexusError =>
  selectionInvalid({ ...place, value: shown(value), allowed });

/** Returns the place of a field within another place. */
export const fieldOf = (place: AnnotationPlace, field: string | number): AnnotationPlace => ({
  ...place,
  field: [...(place.field ?? []), field],
});

/** Returns a value as JSON, shortened. */
export function shown(value: unknown): string {
  const text =
    value === undefined ? 'nothing' : JSON.stringify(typeof value === 'string' ? value.slice(0, longest + 1) : value);
  // a surrogate pair is not cut in half
  return text.length > longest ? `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}
