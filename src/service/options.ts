import type { JsonObject } from '../cni/index.ts';
import { type Warning, settingsInvalid } from '../errors/index.ts';
import { checkSettings } from '../plan/index.ts';
import schema from './options.schema.json' with { type: 'json' };
import { type WrittenDaemonOptions, validate } from './options.schema.gen.js';

/** The options of a daemon, with defaults applied (docs/configuration.md, "The daemon"). */
export interface DaemonOptions {
  readonly socket: string;
  readonly cniConfDir: string;
  readonly manageConfiguration: 'keep' | 'report' | 'off';
  readonly defaultNetwork?: string;
  readonly statusChecks: boolean;
  readonly daemonWaitSeconds: number;
  readonly whenDaemonIsAway: 'defer' | 'fail';
  /** Undefined: no HTTP. */
  readonly http?: { readonly host: string; readonly port: number };
  readonly logFormat: 'json' | 'text';
  readonly nodeName?: string;
  readonly graceSeconds: number;
  /** 0: never. */
  readonly reclaimSeconds: number;
  readonly hotPlug: 'on' | 'off';
  readonly warmUp: 'on' | 'off';
  readonly kubeletPodsApi: string;
  /** All other keys: settings that apply to every call. */
  readonly settings: JsonObject;
}

/**
 * Returns the options in a decoded configuration, with a warning per unknown key. Throws settingsInvalid, which names
 * the key.
 */
export function parseDaemonOptions(config: JsonObject): {
  readonly options: DaemonOptions;
  readonly warnings: readonly Warning[];
} {
  const own = Object.fromEntries(Object.entries(config).filter(([key]) => daemonKeys.includes(key)));
  const settings = Object.fromEntries(Object.entries(config).filter(([key]) => !daemonKeys.includes(key)));
  if (!validate(own)) throw invalid(own);
  const written = own as WrittenDaemonOptions;
  const { defaultNetwork, nodeName, http: address, ...rest } = written;
  const http = httpOf(address ?? '127.0.0.1:9913');
  const options: DaemonOptions = {
    ...defaults,
    ...withoutAbsent(rest),
    ...(filled(defaultNetwork) && { defaultNetwork }),
    ...(http !== undefined && { http }),
    ...(filled(nodeName) && { nodeName }),
    settings,
  };
  return { options, warnings: checkSettings(settings) };
}

/** The daemon's own keys, as the schema describes them. */
export const daemonProperties: Readonly<
  Record<string, { readonly type?: string; readonly description?: string; readonly default?: unknown }>
> = schema.properties;

const daemonKeys: readonly string[] = Object.keys(daemonProperties);

const defaults = {
  socket: '/run/plexus/plexus.sock',
  cniConfDir: '/etc/cni/net.d',
  manageConfiguration: 'keep',
  statusChecks: false,
  daemonWaitSeconds: 10,
  whenDaemonIsAway: 'defer',
  logFormat: 'json',
  graceSeconds: 30,
  reclaimSeconds: 300,
  hotPlug: 'on',
  warmUp: 'on',
  kubeletPodsApi: '/var/lib/kubelet/pods-api/pods-api.sock',
} as const;

const withoutAbsent = <T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

const filled = (text: string | undefined): text is string => text !== undefined && text !== '';

function invalid(own: JsonObject) {
  const [error] = validate.errors ?? [];
  const place = (error?.instancePath ?? '').slice(1);
  const allowed = error?.params['allowedValues'];
  const must = Array.isArray(allowed) ? `must be ${allowed.join(', ')}` : (error?.message ?? 'is invalid');
  return settingsInvalid({ path: [place], problem: `${JSON.stringify(own[place])} is not allowed: it ${must}` });
}

function httpOf(text: string): DaemonOptions['http'] {
  if (text === 'off' || text === '') return undefined;
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65535)
    throw settingsInvalid({
      path: ['http'],
      problem: `${JSON.stringify(text)} is not allowed: it must be ADDRESS:PORT, for example 127.0.0.1:9913, or off`,
    });
  return { host: parts[1] ?? parts[2] ?? '', port };
}

/** Keys that are read only when the daemon starts. */
export const startKeys: readonly string[] = [
  'socket',
  'cniDir',
  'kubeconfig',
  'manifestsDir',
  'http',
  'nodeName',
  'hotPlug',
  'warmUp',
  'kubeletPodsApi',
  'logLevel',
  'logFormat',
  'logToStderr',
  'logFile',
  'logOptions',
  'maskedKeys',
];
