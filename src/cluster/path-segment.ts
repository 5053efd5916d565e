import { nameInvalid } from '../errors/index.ts';

/**
 * A name as one part of an address of the API. nameInvalid for one that would lead elsewhere: addresses resolve "." and
 * "..", also encoded.
 */
export function pathSegment(name: string): string {
  if (/^\.{0,2}$/.test(name)) throw nameInvalid({ what: 'the name', name });
  return encodeURIComponent(name);
}
