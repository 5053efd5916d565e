import { nameInvalid } from '../errors/index.ts';

/**
 * Checks a name for use as one segment of an API path. Throws nameInvalid for "." and "..", also encoded, because they
 * would lead elsewhere.
 */
export function pathSegment(name: string): string {
  if (/^\.{0,2}$/.test(name)) throw nameInvalid({ what: 'the name', name });
  return encodeURIComponent(name);
}
