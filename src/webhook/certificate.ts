import { X509Certificate, createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';

// The webhook's own certificates. Each generation is a certificate authority, whose key is discarded at once, and the
// one certificate that it signed. A renewal first adds the new authority to the bundle that the API server trusts
// (`next`), and serves the new certificate only when that bundle has been in place for a while, so that neither an API
// server with an old configuration nor another replica with the old certificate fails. All replicas read the same
// Secret; its resourceVersion decides which of them writes a step.

/** A certificate with its private key, as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}
/** A certificate, and the authority that signed it, as PEM. */
export interface Generation extends KeyPair {
  readonly ca: string;
}
/** The content of the Secret. */
export interface StoredCertificates {
  /** The authorities that the API server trusts, as PEM. */
  readonly bundle: string;
  readonly current?: KeyPair;
  /** Served later. */
  readonly next?: KeyPair;
}
export interface CertificateTiming {
  /** How long a certificate is valid. */
  readonly lifetimeMs: number;
  /** The age at which the next certificate is prepared. */
  readonly renewAfterMs: number;
  /** How long the API server trusts a new authority before its certificate is served. */
  readonly overlapMs: number;
}

/** The next step: nothing, a new generation that is served at once or later, or serving what was prepared. */
export type CertificateStep = 'keep' | 'create' | 'prepare' | 'promote';

interface Situation {
  readonly now: number;
  /** DNS names and addresses under which the API server calls the webhook. */
  readonly names: readonly string[];
  /** Whether the webhook configurations contain the bundle. */
  readonly isPublished: boolean;
}

/** Clocks of the cluster may differ by this much. */
export const clockSkewMs = 5 * 60_000;

/** Determines the next step for the stored certificates. */
export function nextStep(
  { bundle, current, next }: StoredCertificates,
  { renewAfterMs, overlapMs }: CertificateTiming,
  { now, names, isPublished }: Situation,
): CertificateStep {
  const isUsable = (pair: KeyPair | undefined): X509Certificate | undefined => usable(pair, bundle, { names, now });
  const served = isUsable(current);
  const prepared = isUsable(next);
  if (served === undefined) return prepared === undefined ? 'create' : 'promote';
  if (prepared !== undefined) return isPublished && now - issuedAt(prepared) >= overlapMs ? 'promote' : 'keep';
  return now - issuedAt(served) >= renewAfterMs ? 'prepare' : 'keep';
}

const issuedAt = ({ validFromDate }: X509Certificate): number => validFromDate.getTime() + clockSkewMs;

/** Applies a step. `made`: the new generation, for `create` and `prepare`. */
export function afterStep(
  stored: StoredCertificates,
  step: CertificateStep,
  made: Generation | undefined,
  now: number,
): StoredCertificates {
  const { current, next } = stored;
  if (step === 'promote' && next !== undefined) return { bundle: stored.bundle, current: next };
  if (made === undefined) return stored;
  const { ca, cert, key } = made;
  const bundle = bundleOf([ca, ...authoritiesIn(stored.bundle)], now);
  return step === 'create' || current === undefined
    ? { bundle, current: { cert, key } }
    : { bundle, current, next: { cert, key } };
}

const mostAuthorities = 5;

/** The newest authorities that are still valid. */
const bundleOf = (authorities: readonly string[], now: number): string =>
  authorities
    .filter((each) => new X509Certificate(each).validToDate.getTime() > now)
    .slice(0, mostAuthorities)
    .join('');

/** The certificates of a PEM text; those that cannot be parsed are omitted. */
const authoritiesIn = (bundle: string): readonly string[] =>
  [...bundle.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)]
    .map(([text]) => `${text}\n`)
    .filter((text) => parsed(text) !== undefined);

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** The certificate if clients that trust the bundle accept it under all names, and the key belongs to it. */
function usable(
  pair: KeyPair | undefined,
  bundle: string,
  { names, now }: Pick<Situation, 'names' | 'now'>,
): X509Certificate | undefined {
  const certificate = parsed(pair?.cert ?? '');
  if (pair === undefined || certificate === undefined) return undefined;
  const isInTime = certificate.validFromDate.getTime() <= now && now < certificate.validToDate.getTime();
  const hasNames = names.every((name) =>
    isIP(name) === 0 ? certificate.checkHost(name) !== undefined : certificate.checkIP(name) !== undefined,
  );
  const isTrusted = authoritiesIn(bundle).some((ca) => certificate.verify(new X509Certificate(ca).publicKey));
  return isInTime && hasNames && isTrusted && belongsTo(pair.key, certificate) ? certificate : undefined;
}

function belongsTo(key: string, certificate: X509Certificate): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
