import { isIP } from 'node:net';
import { generate } from 'selfsigned';
import { type Generation, clockSkewMs } from './certificate.ts';

/** Creates an authority and a certificate for these names. The authority's key is not kept. */
export async function makeGeneration(names: readonly string[], lifetimeMs: number, now: number): Promise<Generation> {
  const dates = { notBeforeDate: new Date(now - clockSkewMs), notAfterDate: new Date(now + lifetimeMs) };
  const ca = await generate([{ name: 'commonName', value: `plexus-webhook-ca-${now}` }], {
    ...dates,
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'plexus-webhook' }], {
    ...dates,
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  return { ca: withNewline(ca.cert), cert: withNewline(cert), key: withNewline(key) };
}

const withNewline = (pem: string): string => `${pem.replaceAll('\r', '').trim()}\n`;
