import type { CniArgs, JsonObject, JsonValue, PluginConfiguration } from '../cni/index.ts';
import {
  type PlexusError,
  type Warning,
  capabilityInVain,
  capabilityMissing,
  requestIgnored,
  requestUncertain,
  requestUnserved,
} from '../errors/index.ts';
import { type NetworkSelection, type RequestName, requestFields, requestNames } from '../npwg/index.ts';
import { type Way, knownPlugin, programsOf } from './known-plugins.ts';
import { misplacedCapability } from './misplaced-capability.ts';
import type { Delegate } from './resolve.ts';
import type { Settings } from './settings.ts';
import { shownValues } from './shown.ts';

/** A plugin that reads a request, and how. */
export interface Reader {
  readonly plugin: string;
  readonly by: 'runtimeConfig' | 'CNI_ARGS' | 'args.cni' | 'annotation';
}
/** One request of a pod to one network, and how it reaches the plugins. */
export interface Delivery {
  readonly request: RequestName;
  readonly value: JsonValue;
  readonly readers: readonly Reader[];
  /** Whether a plugin declares the capability. */
  readonly isDeclared: boolean;
  /** Whether it is passed in args.cni, because no plugin reads it elsewhere. */
  readonly isInArgs: boolean;
  /** Programs that may or may not read it. */
  readonly uncertain: readonly string[];
}

/** Returns how a pod's requests to one network reach its plugins (NPWG-33 to NPWG-60). */
export const deliveriesOf = (delegate: Delegate): readonly Delivery[] =>
  requestTable(delegate.selection).map(([request, value]) =>
    deliveryOf(request, value, delegate.configuration.plugins),
  );

/** Returns the requests for runtimeConfig: those whose capability is declared. Plugins get no others (CNI-50). */
export const requestsOf = (deliveries: readonly Delivery[]): JsonObject =>
  Object.fromEntries(
    deliveries
      .filter(({ isDeclared }) => isDeclared)
      .map(({ request, value }) => [requestFields[request].capability, value]),
  );

/** Returns the requests for args.cni. */
export const requestArgsOf = (deliveries: readonly Delivery[]): JsonObject =>
  Object.fromEntries(
    deliveries
      .filter(({ isInArgs }) => isInArgs)
      .map(({ request, value }) => [requestFields[request].argsKey ?? request, value]),
  );

/** Returns the requests for CNI_ARGS, MAC before IP as in Multus. */
export const requestCniArgsOf = (deliveries: readonly Delivery[], plugins: readonly PluginConfiguration[]): CniArgs =>
  deliveries.toReversed().flatMap(({ request, value }) => {
    const { cniArgsKey } = requestFields[request];
    if (cniArgsKey === undefined || !isInCniArgs(request, value, plugins)) return [];
    return [
      [
        cniArgsKey,
        [value]
          .flat()
          .filter((each) => typeof each === 'string')
          .join(','),
      ] as const,
    ];
  });

/** `warnings`: requests that no plugin reads. `notes`: requests that a plugin may or may not read. */
export interface Judgement {
  readonly warnings: readonly Warning[];
  readonly notes: readonly Warning[];
}

/**
 * Judges the requests to a network by the setting unservedRequests. A request is rejected only on proof: every plugin
 * of the chain is known, and none reads it. Throws capabilityMissing or requestUnserved.
 */
export function judgeRequests(
  delegate: Delegate,
  deliveries: readonly Delivery[],
  policy: Settings['unservedRequests'],
): Judgement {
  const unserved = deliveries.filter(({ readers }) => readers.length === 0);
  const isCertain = ({ uncertain, isDeclared }: Delivery): boolean => uncertain.length === 0 && !isDeclared;
  const errors = new Map(unserved.filter(isCertain).map((each) => [each, errorOf(each, delegate)]));
  const [first] = errors.values();
  if (first !== undefined && policy === 'refuse') throw first;
  if (policy === 'ignore') return { warnings: [], notes: [] };
  return {
    warnings: unserved
      .filter(({ uncertain }) => uncertain.length === 0)
      .map((each) => ignoredOf(each, errors.get(each), delegate)),
    notes: unserved.filter(({ uncertain }) => uncertain.length > 0).map((each) => uncertainWarning(each, delegate)),
  };
}

function errorOf({ request }: Delivery, { network, configuration, nad }: Delegate): PlexusError {
  const capability = requestFields[request].capability;
  const programs = [...new Set(configuration.plugins.flatMap(programsOf))];
  const wouldRead = programs.filter((program) => knownPlugin(program)?.reads[request]?.includes('capability'));
  const misplaced = misplacedCapability(nad, capability);
  return wouldRead.length > 0
    ? capabilityMissing({ request, capability, network, plugins: shownValues(wouldRead), misplaced })
    : requestUnserved({ request, network, plugins: shownValues(programs), misplaced });
}

function ignoredOf(
  { request }: Delivery,
  error: PlexusError | undefined,
  { network, configuration }: Delegate,
): Warning {
  if (error !== undefined) return requestIgnored({ request, network, problem: error.message });
  const programs = shownValues(configuration.plugins.flatMap(programsOf));
  return capabilityInVain({ request, capability: requestFields[request].capability, network, programs });
}

function uncertainWarning({ request, uncertain }: Delivery, { network, nad }: Delegate): Warning {
  const capability = requestFields[request].capability;
  return requestUncertain({
    request,
    capability,
    network,
    programs: shownValues(uncertain),
    misplaced: misplacedCapability(nad, capability),
  });
}

type RequestEntry = readonly [request: RequestName, value: JsonValue];

const requestTable = (selection: NetworkSelection | undefined): readonly RequestEntry[] =>
  requestNames
    .map((name) => [name, requestFields[name].valueIn(selection ?? {})] as const)
    .filter((each): each is RequestEntry => each[1] !== undefined);

function deliveryOf(request: RequestName, value: JsonValue, plugins: readonly PluginConfiguration[]): Delivery {
  const programs = plugins.flatMap((plugin) =>
    programsOf(plugin).map((program) => ({ plugin: program, declares: declares(plugin, request) })),
  );
  const ways = (program: string): readonly Way[] => knownPlugin(program)?.reads[request] ?? [];
  const inCniArgs = isInCniArgs(request, value, plugins);
  const direct = programs.flatMap(({ plugin, declares: isDeclaredHere }): readonly Reader[] => [
    ...(isDeclaredHere && (knownPlugin(plugin) === undefined || ways(plugin).includes('capability'))
      ? [{ plugin, by: 'runtimeConfig' } as const]
      : []),
    ...(inCniArgs && ways(plugin).some((way) => way === 'CNI_ARGS' || way === 'CNI_ARGS, one')
      ? [{ plugin, by: 'CNI_ARGS' } as const]
      : []),
    ...(ways(plugin).includes('annotation') ? [{ plugin, by: 'annotation' } as const] : []),
  ]);
  const uncertain = programs
    .map(({ plugin }) => plugin)
    .filter((plugin) => knownPlugin(plugin) === undefined || ways(plugin).includes('uncertain'));
  const byArgs = programs.flatMap(({ plugin }) =>
    ways(plugin).includes('args.cni') ? [{ plugin, by: 'args.cni' } as const] : [],
  );
  const isText = typeof value === 'string';
  const isReadable = isText || programs.every(({ plugin }) => knownPlugin(plugin)?.onlyTexts !== true);
  const hasKey = requestFields[request].argsKey !== undefined;
  // an unknown plugin may reject lists in args.cni, as ib-sriov does
  const isInArgs =
    hasKey && direct.length === 0 && isReadable && (byArgs.length > 0 || (isText && uncertain.length > 0));
  return {
    request,
    value,
    readers: isInArgs ? byArgs : direct,
    isDeclared: programs.some((each) => each.declares),
    isInArgs,
    uncertain: [...new Set(uncertain)],
  };
}

const declares = (plugin: PluginConfiguration, request: RequestName): boolean =>
  plugin.capabilities.includes(requestFields[request].capability);

/**
 * Returns whether a request is passed in CNI_ARGS. Several addresses are, unless a plugin of the chain is known to
 * reject them or may get them in another way.
 */
function isInCniArgs(request: RequestName, value: JsonValue, plugins: readonly PluginConfiguration[]): boolean {
  if (requestFields[request].cniArgsKey === undefined) return false;
  const rejectsMany = (plugin: PluginConfiguration): boolean =>
    programsOf(plugin).some((program) => {
      const known = knownPlugin(program);
      return known === undefined ? declares(plugin, request) : known.reads[request]?.includes('CNI_ARGS, one');
    });
  return !Array.isArray(value) || value.length <= 1 || !plugins.some(rejectsMany);
}
