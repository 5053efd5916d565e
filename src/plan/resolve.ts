import {
  type NetworkConfiguration,
  nestedMetaPlugin,
  nestedPath,
  nestedPathProblem,
  parseConfiguration,
} from '../cni/index.ts';
import { type Warning, configurationInvalid, nadNotFound, nestedCall } from '../errors/index.ts';
import {
  type Nad,
  type NadRef,
  type NetworkSelection,
  deviceSourceOf,
  nadConfiguration,
  nadKey,
  podKey,
} from '../npwg/index.ts';
import { findByName, findByPath, pluginsIn } from './find-configuration.ts';
import type { PlanInputs } from './inputs.ts';
import { assertArgumentsAllowed, assertDeviceAllowed, assertPluginsAllowed } from './allowed-plugins.ts';
import { withNodeLinks } from './node-links.ts';
import { assertCniArgsAllowed } from './policy.ts';
import { readSelections } from './selections.ts';
import { shownValue } from './shown.ts';
import { auxiliaryFolder, additionalNames, isPath } from './required-reads.ts';

/** A network configuration to run, and the selection that requested it. */
export interface Delegate {
  /** Shown to users: ns/name of the NAD, or the configuration's name. */
  readonly network: string;
  readonly configuration: NetworkConfiguration;
  readonly nad?: Nad;
  /** The pod's requests, if an annotation names the network. */
  readonly selection?: NetworkSelection;
  /** Whether its first plugin expects a prevResult although no plugin runs before it. */
  readonly startsChained?: true;
  readonly warnings?: readonly Warning[];
  /**
   * Set for a network that cannot be planned. It keeps its position, so that the interface names after it stay the
   * same.
   */
  readonly isLeftOut?: true;
}

/**
 * Returns the delegates of a pod in order: default network, the node's defaultNetworks, the annotation's networks, the
 * auxiliary chain (NPWG-90). With `leaveOut`, a network of the annotation that cannot be found or read is passed to it
 * and left out.
 */
export function resolveDelegates(
  inputs: PlanInputs,
  leaveOut?: LeaveOut,
): { readonly delegates: readonly Delegate[]; readonly warnings: readonly Warning[] } {
  const { selections, defaultNetwork, warnings } = inputs.podSelections ?? readSelections(inputs.pod, inputs.settings);
  const configured = configuredDelegates(inputs, defaultNetwork !== undefined);
  const first = defaultNetwork === undefined ? [] : [fromSelection(defaultNetwork, inputs)];
  const requested = fromSelections(selections, inputs, leaveOut);
  const auxiliary = auxiliaryChain(inputs);
  const delegates = [...first, ...configured, ...requested, ...auxiliary.chain];
  for (const delegate of delegates) withoutMetaPlugins(delegate);
  return {
    delegates,
    warnings: [...warnings, ...delegates.flatMap((each) => each.warnings ?? []), ...auxiliary.warnings],
  };
}

/** Called with the reason why a network is left out of a plan. */
export type LeaveOut = (problem: unknown) => void;

/** Returns the result of `work`; if it throws, passes the error to `leaveOut` and returns undefined. */
export function attempted<T>(work: () => T, leaveOut: LeaveOut): T | undefined {
  try {
    return work();
  } catch (thrown) {
    leaveOut(thrown);
    return undefined;
  }
}

const placeholder = (selection: NetworkSelection): Delegate => ({
  network: nadKey(selection.nad),
  selection,
  configuration: { name: selection.nad.name, cniVersion: '1.0.0', disableCheck: false, disableGC: false, plugins: [] },
  isLeftOut: true,
});

// Throws if a plugin's input names a meta-plugin, or a plugin by its path: the shim refuses to run such a plugin, also at
// DEL. cni-args become part of that input, so they are checked too; otherwise the attachment would fail after it was
// recorded and could never be undone.
export function withoutMetaPlugins(delegate: Delegate): Delegate {
  const { network, configuration, selection } = delegate;
  const [nested] = configuration.plugins.flatMap(({ json }) => nestedMetaPlugin(json) ?? []);
  if (nested !== undefined) throw nestedCall({ network, plugin: shownValue(nested.type) });
  const cniArgs = selection?.cniArgs ?? {};
  const requested = nestedMetaPlugin(cniArgs);
  if (requested !== undefined)
    throw nestedCall({ network: `${network}, with the pod's cni-args,`, plugin: shownValue(requested.type) });
  const path = nestedPath(cniArgs);
  if (path !== undefined)
    throw configurationInvalid({ source: `${network}, with the pod's cni-args`, problem: nestedPathProblem(path) });
  return delegate;
}

/**
 * Returns the networks that the node's configuration gives every pod, without the default network if the pod replaces
 * it.
 */
function configuredDelegates(inputs: PlanInputs, replaced: boolean): readonly Delegate[] {
  const { settings } = inputs;
  const inline = settings.delegates.slice(replaced ? 1 : 0).map((json, index): Delegate => {
    const configuration = parseConfiguration(json, { source: `delegates[${index + (replaced ? 1 : 0)}]` });
    return { network: configuration.name, configuration };
  });
  const named = [
    ...(replaced || settings.clusterNetwork === undefined ? [] : [settings.clusterNetwork]),
    ...additionalNames(settings, inputs.pod),
  ];
  return [...inline, ...named.map((name) => fromName(name, inputs))];
}

/** Resolves a name as Multus does: a NAD in multusNamespace, otherwise a file in confDir; a name with "/" is a path. */
function fromName(name: string, inputs: PlanInputs): Delegate {
  const { settings, nads, paths, confDir } = inputs;
  if (isPath(name)) {
    const { configuration, warnings } = findByPath(
      paths.get(name) ?? { kind: 'missing', problem: 'it was not read' },
      name,
    );
    return { network: configuration.name, configuration, warnings };
  }
  const nad = nads.get(nadKey({ namespace: settings.multusNamespace, name }));
  if (nad !== undefined) return fromNad(nad, inputs);
  const { configuration, warnings } = findByName(confDir, name, settings.confDir);
  return { network: configuration.name, configuration, warnings };
}

/** Reads a network only once, even if the pod names it several times. */
function fromSelections(
  selections: readonly NetworkSelection[],
  inputs: PlanInputs,
  leaveOut: LeaveOut | undefined,
): readonly Delegate[] {
  const read = new Map<string, Delegate>();
  return selections.map((selection) => {
    const find = (): Delegate => {
      const delegate = withoutMetaPlugins(fromSelection(selection, inputs, read.get(nadKey(selection.nad))));
      read.set(nadKey(selection.nad), delegate);
      return delegate;
    };
    return leaveOut === undefined ? find() : (attempted(find, leaveOut) ?? placeholder(selection));
  });
}

/**
 * Returns the delegate of one selection. `same`: an earlier one of the same NAD, so that it is neither read nor judged
 * again. Throws nadNotFound and the errors of its configuration.
 */
export function fromSelection(selection: NetworkSelection, inputs: PlanInputs, same?: Delegate): Delegate {
  const nad = nadOf(selection.nad, inputs);
  if (inputs.pod !== undefined) assertCniArgsAllowed(selection, nad, inputs.pod, inputs.settings);
  const delegate = same ?? fromNad(nad, inputs);
  const { configuration } = delegate;
  if (same === undefined) assertPluginsAllowed(nad, configuration, inputs);
  if (selection.cniArgs !== undefined) assertArgumentsAllowed(nad, selection.cniArgs, inputs);
  const chosenDevice = deviceSourceOf(nad, selection) === undefined ? selection.deviceId : undefined;
  if (chosenDevice !== undefined) assertDeviceAllowed(nad, { configuration, chosenDevice }, inputs);
  return { ...delegate, selection };
}

function nadOf(ref: NadRef, { nads, pod }: PlanInputs): Nad {
  const nad = nads.get(nadKey(ref));
  if (nad !== undefined) return nad;
  throw nadNotFound({ nad: nadKey(ref), requester: pod === undefined ? 'the configuration' : `pod ${podKey(pod)}` });
}

/** NPWG-08: spec.config, otherwise the file in confDir with the NAD's name. */
function fromNad(nad: Nad, inputs: PlanInputs): Delegate {
  const delegate = asConfigured(nad, inputs);
  const { network, configuration, warnings = [] } = delegate;
  if (nad.interfaces === undefined) return delegate;
  const resolved = withNodeLinks({ network, configuration, interfaces: nad.interfaces }, inputs.nodeLinks);
  return { ...delegate, configuration: resolved.configuration, warnings: [...warnings, ...resolved.warnings] };
}

function asConfigured(nad: Nad, { confDir, settings }: PlanInputs): Delegate {
  const network = nadKey(nad);
  const json = nadConfiguration(nad);
  if (json !== undefined)
    return {
      network,
      nad,
      configuration: parseConfiguration(json, { source: `NetworkAttachmentDefinition ${network}` }),
    };
  const { configuration, warnings } = findByName(confDir, nad.name, settings.confDir);
  return { network, nad, configuration, warnings };
}

/** Returns the auxiliary chain. As in Multus, a missing folder is not an error; unreadable files cause warnings. */
function auxiliaryChain({ settings, paths, call }: PlanInputs): {
  readonly chain: readonly Delegate[];
  readonly warnings: readonly Warning[];
} {
  const folder = auxiliaryFolder(settings);
  if (folder === undefined) return { chain: [], warnings: [] };
  const { plugins, warnings } = pluginsIn(paths.get(folder) ?? { kind: 'missing', problem: '' });
  if (plugins.length === 0) return { chain: [], warnings };
  const name = settings.auxiliaryCNIChainName ?? '';
  const configuration = parseConfiguration({ cniVersion: call.cniVersion, name, plugins }, { source: folder });
  return { chain: [{ network: name, configuration, startsChained: true }], warnings };
}
