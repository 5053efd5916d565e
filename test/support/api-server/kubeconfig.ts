export interface KubeconfigParts {
  readonly url: string;
  /** PEM */
  readonly caCert: string;
  readonly token: string;
  /** Names this token file instead of embedding the token, for tests of token rotation. */
  readonly tokenFile?: string;
}

/** A kubeconfig (JSON, which is YAML too) with the authority embedded. */
export function kubeconfigText({ url, caCert, token, tokenFile }: KubeconfigParts): string {
  const name = 'plexus-test';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: { server: url, 'certificate-authority-data': Buffer.from(caCert).toString('base64') },
      },
    ],
    users: [{ name, user: tokenFile === undefined ? { token } : { tokenFile } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
