import { type JsonObject, type JsonValue, type PluginConfiguration, pluginInput } from '../cni/index.ts';
import type { Attachment, DefaultRoute, Delivery, Plan } from '../plan/index.ts';
import { table } from './table.ts';

/** One plugin run of a plan with its input. `prevResult` is known only after the previous plugin has run. */
export interface PluginView {
  readonly type: string;
  readonly env: { readonly CNI_COMMAND: 'ADD'; readonly CNI_IFNAME: string; readonly CNI_ARGS: string };
  readonly stdin: JsonObject;
}
export interface RequestView {
  readonly request: string;
  readonly value: JsonValue;
  readonly readers: Delivery['readers'];
}
export interface AttachmentView {
  readonly interface: string;
  readonly network: string;
  readonly default: boolean;
  readonly defaultRoute: { readonly v4: DefaultRoute; readonly v6: DefaultRoute };
  /** The pod's requests to this network, with the plugin and key that read each; empty if no known plugin does. */
  readonly requests: readonly RequestView[];
  readonly plugins: readonly PluginView[];
}
export interface PlanView {
  readonly pod: string;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  /** known: it is the first attachment; unknown: the plan was made without the configuration of a node. */
  readonly defaultNetwork: 'known' | 'unknown';
  readonly attachments: readonly AttachmentView[];
}

/**
 * A plan as data, with the exact stdin of every plugin except prevResult, which plugins create. If the default network
 * is unknown, the plan's first attachment is a placeholder and is omitted.
 */
export const planView = (pod: string, plan: Plan, { isDefaultKnown = true } = {}): PlanView => ({
  pod,
  warnings: plan.warnings.map(({ text }) => text),
  notes: plan.notes.map(({ text }) => text),
  defaultNetwork: isDefaultKnown ? 'known' : 'unknown',
  attachments: plan.attachments
    .map((each, index) => attachmentView(each, plan.deliveries[index] ?? []))
    .slice(isDefaultKnown ? 0 : 1),
});

const attachmentView = (attachment: Attachment, deliveries: readonly Delivery[]): AttachmentView => ({
  interface: attachment.interfaceName,
  network: attachment.network,
  default: attachment.isDefault,
  defaultRoute: attachment.defaultRoute,
  requests: deliveries.map(({ request, value, readers }) => ({ request, value, readers })),
  plugins: attachment.configuration.plugins.map((plugin) => pluginView(attachment, plugin)),
});

const pluginView = (attachment: Attachment, plugin: PluginConfiguration): PluginView => ({
  type: plugin.type,
  env: { CNI_COMMAND: 'ADD', CNI_IFNAME: attachment.interfaceName, CNI_ARGS: attachment.cniArgs },
  stdin: pluginInput({ configuration: attachment.configuration, plugin, runtimeConfig: attachment.runtimeConfig }),
});

/** Formats a plan as text: a table of the attachments, then the input of each plugin. */
export function planText(view: PlanView): string {
  const rows = view.attachments.map((each) => [
    each.interface,
    each.network,
    each.plugins.map(({ type }) => type).join(', '),
    requestsOf(each),
  ]);
  const unknown = view.defaultNetwork === 'unknown' ? [['eth0', '(unknown: pass --node or --conf)', '', '']] : [];
  const overview = table(['INTERFACE', 'NETWORK', 'PLUGINS', 'REQUESTS'], [...unknown, ...rows]);
  const warnings = [...view.warnings.map((text) => `warning: ${text}`), ...view.notes.map((text) => `note: ${text}`)];
  const requests = view.attachments.flatMap(requestTexts).join('\n');
  return [
    `Pod ${view.pod}`,
    overview,
    ...(requests === '' ? [] : [requests]),
    ...warnings,
    ...view.attachments.flatMap(inputsOf),
  ].join('\n\n');
}

const placeNames: Readonly<Record<Delivery['readers'][number]['by'], string>> = {
  runtimeConfig: 'runtimeConfig',
  CNI_ARGS: 'CNI_ARGS',
  'args.cni': 'args.cni',
  annotation: 'the annotation',
};

const requestTexts = ({ interface: name, requests }: AttachmentView): readonly string[] =>
  requests.map(({ request, value, readers }) => {
    const each = readers.map(({ plugin, by }) => `${plugin} from ${placeNames[by]}`);
    return `${name}: ${request} ${shortText(value)}: read by ${each.join(', ') || 'no known plugin'}`;
  });

function requestsOf(attachment: AttachmentView): string {
  const runtimeConfig = Object.assign(
    {},
    ...attachment.plugins.map(({ stdin }) => stdin['runtimeConfig'] ?? {}),
  ) as JsonObject;
  const requests = Object.entries(runtimeConfig).map(([key, value]) => `${key} ${shortText(value)}`);
  return [
    ...requests,
    ...routeText('IPv4', attachment.defaultRoute.v4),
    ...routeText('IPv6', attachment.defaultRoute.v6),
  ].join('; ');
}

const shortText = (value: unknown): string =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
    ? value.join(',')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

function routeText(family: string, route: DefaultRoute): string[] {
  switch (route.kind) {
    case 'unmanaged':
      return [];
    case 'removed':
      return [`no ${family} default route`];
    case 'own':
      return [`keeps its ${family} default route`];
    case 'gateways':
      return [`${family} default route via ${route.gateways.join(', ')}`];
  }
}

const inputsOf = (attachment: AttachmentView): string[] =>
  attachment.plugins.map((plugin, index) => {
    const after = index === 0 ? '' : `, with prevResult = what ${attachment.plugins[index - 1]?.type ?? ''} returned`;
    const title = `── ${attachment.interface}, plugin ${index + 1} of ${attachment.plugins.length}: ${plugin.type}${after}`;
    return `${title}\nCNI_ARGS=${plugin.env.CNI_ARGS}\n${JSON.stringify(plugin.stdin, null, 2)}`;
  });
