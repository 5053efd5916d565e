import { loadConfiguration } from '../service/index.ts';
import { operationCancelled, settingsInvalid } from '../errors/index.ts';
import { type CredentialSource, loadCredentials } from '../kube/index.ts';
import { createLog, createWebhookMetrics } from '../observe/index.ts';
import { parseSettings } from '../plan/index.ts';
import { podSettings } from '../validate/index.ts';
import { type CertificateSource, type Policy, startWebhook } from '../webhook/index.ts';
import type { WebhookArguments } from './commands/webhook.ts';
import { fromEnvironment } from './daemon-flags.ts';
import { logOptionsOf } from './log-options.ts';

const usualFile = '/etc/plexus/plexus.yaml';
const usualNamespace = 'kube-system';
// Endpoints of a terminating pod are removed everywhere within this time.
const drainMs = 5000;

/** Runs the webhook in this process until SIGTERM or SIGINT. Rejects if it cannot start. */
export async function runWebhookProcess(args: WebhookArguments): Promise<void> {
  const file = args.config ?? usualFile;
  const warnings: string[] = [];
  const env = fromEnvironment(process.env);
  const sources = { file, required: args.config !== undefined, env, flags: {} };
  const configuration = await loadConfiguration(sources, (warning) => warnings.push(warning));
  const { settings } = parseSettings({ clusterNetwork: 'set-elsewhere', ...configuration.current().settings });
  const log = createLog({ ...logOptionsOf(settings), toStderr: true });
  await log.prepare();
  for (const warning of warnings) log.report({ kind: 'warning', text: warning });
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => stop.abort(operationCancelled({ command: 'webhook', reason: `received ${name}` })));
  const credentials: CredentialSource =
    args.kubeconfig === undefined ? { kind: 'in-cluster' } : { kind: 'kubeconfig', file: args.kubeconfig };
  const namespace = args.namespace ?? (await namespaceOf(credentials));
  const { ended } = await startWebhook(
    {
      address: addressOf(args.listen, 'listen'),
      health: addressOf(args.health, 'health'),
      credentials,
      certificate: certificateOf(args, namespace),
      switchesAt: { namespace, name: args['control-switches'] },
      policy: policyOf(args, () => configuration.current().settings),
      metrics: await createWebhookMetrics(),
      report: log.report,
      drainMs,
    },
    stop.signal,
  );
  void configuration.follow(log.report, stop.signal);
  await ended;
  await log.flush();
  process.exit(0); // Idle connections to the API server have no work left.
}

const namespaceOf = async (source: CredentialSource): Promise<string> =>
  (await (await loadCredentials(source)).current()).namespace ?? usualNamespace;

const listIn = (text: string): readonly string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

function certificateOf(args: WebhookArguments, namespace: string): CertificateSource {
  const { 'tls-cert-file': cert, 'tls-key-file': key, service, secret, configuration } = args;
  if ((cert === undefined) !== (key === undefined))
    throw settingsInvalid({ path: ['--tls-cert-file'], problem: 'set both --tls-cert-file and --tls-key-file' });
  if (cert !== undefined && key !== undefined) return { kind: 'files', cert, key };
  const names = [`${service}.${namespace}.svc`, ...listIn(args['certificate-names'])];
  return { kind: 'self-signed', names, namespace, secret, configuration };
}

type Settings = Parameters<typeof podSettings>[0];

/** The policy of the flags, with the settings of the daemon's configuration, which may change. */
function policyOf(args: WebhookArguments, settingsNow: () => NonNullable<Settings>): () => Policy {
  const fixed = {
    nads: args.nads,
    pods: args.pods,
    templates: args.templates,
    inject: args.inject,
    resourceNameKeys: listIn(args['resource-name-keys']),
    resources: args['honor-resources'] ? ('honor' as const) : ('top-up' as const),
    hugepages: args.hugepages,
  };
  let last: { readonly of: object; readonly policy: Policy } | undefined;
  return () => {
    const settings = settingsNow();
    if (last?.of !== settings)
      last = {
        of: settings,
        policy: { ...fixed, settings: podSettings({ clusterNetwork: 'set-elsewhere', ...settings }) },
      };
    return last.policy;
  };
}

function addressOf(text: string, flag: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535)
    throw settingsInvalid({ path: [`--${flag}`], problem: `${JSON.stringify(text)} is not HOST:PORT` });
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
