import { type AnnotationPlace, type PlexusError, selectionInvalid } from '../errors/index.ts';

const longest = 80;

/** The error for one value of an annotation: names the place, the value and what is allowed. */
export const invalidAt = (place: AnnotationPlace, value: unknown, allowed: string): PlexusError =>
  selectionInvalid({ ...place, value: shown(value), allowed });

/** A place inside another one. */
export const fieldOf = (place: AnnotationPlace, field: string | number): AnnotationPlace => ({
  ...place,
  field: [...(place.field ?? []), field],
});

/** A value as JSON, shortened. */
export function shown(value: unknown): string {
  const text =
    value === undefined ? 'nothing' : JSON.stringify(typeof value === 'string' ? value.slice(0, longest + 1) : value);
  // a character outside the basic plane is not cut in two
  return text.length > longest ? `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}
