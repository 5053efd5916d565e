import type { Argv } from 'yargs';
import type { CommandBody } from '../command-table.ts';

const modes = ['enforce', 'warn', 'off'] as const;

export interface WebhookArguments {
  readonly config?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly namespace?: string | undefined;
  readonly listen: string;
  readonly health: string;
  readonly 'tls-cert-file'?: string | undefined;
  readonly 'tls-key-file'?: string | undefined;
  readonly service: string;
  readonly secret: string;
  readonly configuration: string;
  readonly 'certificate-names': string;
  readonly nads: (typeof modes)[number];
  readonly pods: (typeof modes)[number];
  readonly templates: (typeof modes)[number];
  readonly inject: boolean;
  readonly 'resource-name-keys': string;
  readonly 'honor-resources': boolean;
  readonly hugepages: boolean;
  readonly 'control-switches': string;
}

const text = { type: 'string', requiresArg: true } as const;
const mode = (what: string, fallback: (typeof modes)[number]) =>
  ({ choices: modes, default: fallback, requiresArg: true, describe: `What to do about mistakes in ${what}` }) as const;

const servingOptions = {
  config: {
    ...text,
    describe:
      'Configuration file of the daemon, whose settings decide how pods are planned; default: /etc/plexus/plexus.yaml, if it exists',
  },
  kubeconfig: { ...text, describe: 'Kubeconfig; default: the credentials of the pod' },
  namespace: {
    ...text,
    describe: 'Namespace of Secret, Service and ConfigMap; default: that of the credentials',
  },
  listen: { ...text, default: ':8443', describe: 'HOST:PORT for the API server (HTTPS); without HOST: all addresses' },
  health: {
    ...text,
    default: ':8444',
    describe: 'HOST:PORT of /healthz, /readyz and /metrics (HTTP)',
  },
  'tls-cert-file': {
    ...text,
    describe: 'Certificate file, for example from cert-manager; without it, the webhook creates its certificate',
  },
  'tls-key-file': {
    ...text,
    describe: 'Private key of --tls-cert-file; both files are read again when they change',
  },
  service: {
    ...text,
    default: 'plexus-webhook',
    describe: 'Service name in the self-signed certificate',
  },
  'certificate-names': {
    ...text,
    default: '',
    describe: 'More names and addresses in the self-signed certificate, separated by commas',
  },
  secret: { ...text, default: 'plexus-webhook', describe: 'Secret with the self-signed certificate' },
  configuration: {
    ...text,
    default: 'plexus',
    describe: 'Name of the webhook configurations that get the CA bundle of the self-signed certificate',
  },
} as const;

const policyOptions = {
  nads: mode('NetworkAttachmentDefinitions', 'enforce'),
  pods: mode('pods', 'enforce'),
  templates: mode('pod templates of workloads', 'warn'),
  inject: {
    type: 'boolean',
    default: true,
    describe: 'Add device resources and node labels of networks to pods',
  },
  'resource-name-keys': {
    ...text,
    default: 'k8s.v1.cni.cncf.io/resourceName',
    describe: 'Annotations of networks that name a resource, separated by commas',
  },
  'honor-resources': {
    type: 'boolean',
    default: false,
    describe: 'Add the full number of devices to what a container requests, instead of what is missing',
  },
  hugepages: {
    type: 'boolean',
    default: false,
    describe: 'Add the hugepages of containers to the volume podnetinfo',
  },
  'control-switches': {
    ...text,
    default: 'nri-control-switches',
    describe: 'ConfigMap with features and user-defined injections',
  },
} as const;

export const webhookCommand: CommandBody<WebhookArguments> = {
  builder: (yargs): Argv<WebhookArguments> =>
    yargs
      .options(servingOptions)
      .options(policyOptions)
      .example('$0 webhook', 'In its Deployment (deploy/components/webhook)')
      .example('$0 webhook --pods warn --nads warn', 'Report mistakes as warnings, reject nothing')
      .epilogue('See docs/admission.md.'),
  handler: async (args) => (await import('../webhook-process.ts')).runWebhookProcess(args),
};
