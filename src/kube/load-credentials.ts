import type { CredentialSource } from './credential-source.ts';
import type { CredentialProvider } from './credentials.ts';

/** Reads credentials from a source. Loads that code at the first use: DEL usually needs no API server. */
export const loadCredentials = async (source: CredentialSource): Promise<CredentialProvider> =>
  (await import('./credentials.ts')).credentialProvider(source);
