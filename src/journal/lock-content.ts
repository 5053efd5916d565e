import { isJsonObject, parseJson } from '../cni/index.ts';
import { beaconPrefix } from './beacon.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What a lock says of its holder. */
export interface LockContent extends ProcessIdentity {
  readonly command: string;
  /** Present when the holder is the only one of its kind on the node: the next one of that kind may drop its locks. */
  readonly owner?: string;
  /** File name of its holder's beacon, beside the lock. */
  readonly beacon?: string;
  /** Different for every taking of every lock: once a lock is gone, its nonce never comes back. */
  readonly nonce: string;
}

/** The text of a lock file. */
export const lockText = (content: LockContent): string => JSON.stringify(content);

// A lock is complete from the moment it exists: anything else was left by a crash of the machine. It belongs to no
// boot, so it counts as the lock of a process that is gone.
const damaged: LockContent = {
  pid: 0,
  startTime: '',
  bootId: 'damaged',
  pidNamespace: '',
  command: 'damaged',
  nonce: 'damaged',
};

/** What the text of a lock file says. */
export function lockFrom(text: string): LockContent {
  try {
    const json = parseJson(text, 'lock file');
    return isJsonObject(json) && isContent(json) ? json : damaged;
  } catch {
    return damaged;
  }
}

const isContent = (json: object): json is LockContent => {
  const { pid, startTime, bootId, pidNamespace, command, nonce, beacon } = json as Record<keyof LockContent, unknown>;
  const texts = [startTime, bootId, pidNamespace, command];
  if (beacon !== undefined && !(typeof beacon === 'string' && /^[\w.-]{1,64}$/.test(beacon))) return false;
  return (
    Number.isInteger(pid) &&
    texts.every((each) => typeof each === 'string') &&
    typeof nonce === 'string' &&
    /^[\w-]{1,64}$/.test(nonce)
  );
};

const shortened = 8; // characters of boot ID and nonce that a brief lock has
const longestSign = 8; // of a beacon's name

/**
 * A lock in so few characters that file systems keep it as the target of a symbolic link without any block of their own
 * (ext4: 59; there is no room for both owner and beacon, and the next of the owner's kind drops its locks), and the
 * content with the nonce that it then has.
 */
export function briefLock(content: LockContent): { readonly text: string; readonly content: LockContent } {
  const { beacon, ...rest } = content;
  const { pid, startTime, bootId, pidNamespace, command, owner } = rest;
  const end = owner === undefined ? (beacon ?? '').slice(beaconPrefix.length) : '';
  const sign = end.length <= longestSign ? end : '';
  const kept = sign === '' ? rest : content;
  const nonce = content.nonce.slice(0, shortened);
  const numbers = [String(pid), startTime, pidNamespace.replaceAll(/\D/g, '')].map((each) => Number(each).toString(36));
  return {
    text: [...numbers, bootId.slice(0, shortened), nonce, command, owner ?? '', sign].join(' ').trimEnd(),
    content: { ...kept, nonce },
  };
}

/** What a brief lock says. `bootId`: of this boot, of which it has the beginning. */
export function briefLockFrom(text: string, bootId: string): LockContent {
  const [pid = '', startTime = '', pidNamespace = '', boot = '', nonce = '', command = '', ...more] = text.split(' ');
  const json = {
    pid: parseInt(pid, 36),
    startTime: String(parseInt(startTime, 36)),
    pidNamespace: `pid:[${parseInt(pidNamespace, 36)}]`,
    bootId: boot === bootId.slice(0, shortened) ? bootId : boot,
    nonce,
    command,
    ...optionalFrom(more),
  };
  return isContent(json) ? json : damaged;
}

const optionalFrom = ([owner = '', sign = '']: readonly string[]): Pick<LockContent, 'owner' | 'beacon'> => ({
  ...(owner !== '' && { owner }),
  ...(sign !== '' && { beacon: `${beaconPrefix}${sign}` }),
});
