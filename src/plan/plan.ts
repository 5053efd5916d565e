import type { JsonObject } from '../cni/index.ts';
import { type Warning, selectionInvalid } from '../errors/index.ts';
import { type PodDevice, attachmentInfoFile, deviceInfoCapability, devicePluginInfoFile } from '../npwg/index.ts';
import { cniArgsFor } from './cni-args.ts';
import type { Attachment, DefaultRoutes } from './attachment.ts';
import { decideDefaultRoutes } from './default-route.ts';
import { chooseDevices } from './device-choice.ts';
import type { PlanInputs } from './inputs.ts';
import { nameInterfaces } from './interface-names.ts';
import { argumentsBound, pluginArgsOf, withArguments } from './plugin-arguments.ts';
import { type Delivery, deliveriesOf, judgeRequests, requestCniArgsOf } from './requests.ts';
import { requestedNetwork } from './requested-network.ts';
import { type Delegate, type LeaveOut, attempted, resolveDelegates } from './resolve.ts';
import { runtimeConfigOf } from './runtime-config.ts';

/** The ordered attachments of a sandbox. */
export interface Plan {
  readonly attachments: readonly Attachment[];
  /** How the pod's requests reach the plugins, one list per attachment. */
  readonly deliveries: readonly (readonly Delivery[])[];
  /** Problems that the pod's owner should correct: log lines and Events. */
  readonly warnings: readonly Warning[];
  /** Things that may be intended: log lines only, because an Event would repeat for every pod of such a network. */
  readonly notes: readonly Warning[];
}

/**
 * Makes every decision about a pod's networks: which, in what order, under which names, with which input. Throws the
 * PlexusError of the first problem, before any plugin runs. NPWG standard, sections 4, 6 and 7.
 */
export function makePlan(inputs: PlanInputs): Plan {
  return planned(inputs);
}

/**
 * Returns what an ADD would attach, for undoing. A network of the annotation that can no longer be planned is passed to
 * `leaveOut`; the others keep their interface names. Throws if the default network is unknown.
 */
export function makeUndoPlan(inputs: PlanInputs, leaveOut: LeaveOut): Plan {
  return planned(inputs, leaveOut);
}

function planned(inputs: PlanInputs, leaveOut?: LeaveOut): Plan {
  const { delegates, warnings } = resolveDelegates(inputs, leaveOut);
  const names = interfaceNames(delegates, inputs);
  const routes = decideDefaultRoutes(delegates.map(({ selection }) => selection?.defaultRoute));
  const deliveries = delegates.map(deliveriesOf);
  const judged = delegates.map((delegate, index) =>
    judgeRequests(delegate, deliveries[index] ?? [], inputs.settings.unservedRequests),
  );
  const devices = chooseDevices(delegates, inputs);
  const assertFits = argumentsBound();
  const made = delegates.flatMap((delegate, index): readonly Made[] => {
    if (delegate.isLeftOut === true) return [];
    const requests = deliveries[index] ?? [];
    const named = {
      isDefault: index === 0,
      interfaceName: names[index] ?? '',
      defaultRoute: routes[index] ?? unmanaged,
    };
    const decided = { ...named, device: devices.chosen[index], deliveries: requests, assertFits };
    const attach = (): Attachment => attachmentOf(delegate, decided, inputs);
    const attachment = leaveOut === undefined || index === 0 ? attach() : attempted(attach, leaveOut);
    return attachment === undefined ? [] : [{ attachment, requests }];
  });
  return {
    attachments: made.map(({ attachment }) => attachment),
    deliveries: made.map(({ requests }) => requests),
    warnings: eachOnce([...warnings, ...judged.flatMap((each) => each.warnings), ...devices.warnings]),
    notes: eachOnce(judged.flatMap(({ notes }) => notes)),
  };
}

const eachOnce = (warnings: readonly Warning[]): readonly Warning[] => [
  ...new Map(warnings.map((each) => [each.text, each])).values(),
];

interface Made {
  readonly attachment: Attachment;
  readonly requests: readonly Delivery[];
}

export const unmanaged: DefaultRoutes = { v4: { kind: 'unmanaged' }, v6: { kind: 'unmanaged' } };

function interfaceNames(delegates: readonly Delegate[], { call, links, prevResult }: PlanInputs): readonly string[] {
  const requested = delegates[0]?.selection;
  if (requested?.interfaceName !== undefined && requested.interfaceName !== call.ifName) {
    throw selectionInvalid({
      ...requested.place,
      value: requested.interfaceName,
      allowed: `${call.ifName}, the name that the runtime gives the default interface`,
    });
  }
  // behind another plugin, that interface may exist: the chain extends it
  const others = prevResult === undefined ? links : links.filter((link) => link !== call.ifName);
  const nameables = delegates.map(({ network, selection }) => ({ network, interfaceName: selection?.interfaceName }));
  return nameInterfaces(nameables, call.ifName, others);
}

/** What is decided about a delegate before its attachment is made. */
export interface Decided {
  readonly isDefault: boolean;
  readonly interfaceName: string;
  readonly defaultRoute: DefaultRoutes;
  readonly device: PodDevice | undefined;
  readonly deliveries: readonly Delivery[];
  readonly assertFits: ReturnType<typeof argumentsBound>;
}

/** Returns the attachment of one delegate, with the complete input of its plugins. */
export function attachmentOf(
  delegate: Delegate,
  { isDefault, interfaceName, defaultRoute, device, deliveries, assertFits }: Decided,
  inputs: PlanInputs,
): Attachment {
  const { network, nad, selection, configuration } = delegate;
  const initialResult = firstPrevResult(delegate, isDefault, inputs);
  const deviceInfo = deviceInfoOf(delegate, { interfaceName, device }, inputs);
  const pluginArgs = pluginArgsOf(selection, deliveries);
  assertFits(network, configuration, pluginArgs);
  return {
    interfaceName,
    network,
    ...(nad !== undefined && { nad: { namespace: nad.namespace, name: nad.name } }),
    ...(selection !== undefined && { selection: requestedNetwork(selection) }),
    isDefault,
    configuration: withArguments(configuration, { cniArgs: pluginArgs, deviceId: device?.id }),
    runtimeConfig: runtimeConfigOf(
      delegate,
      { isDefault, deviceId: device?.id, deviceInfoFile: deviceInfo?.file, deliveries },
      inputs,
    ),
    cniArgs: cniArgsFor(requestCniArgsOf(deliveries, configuration.plugins), isDefault, inputs),
    defaultRoute,
    ...(device !== undefined && { device }),
    ...(deviceInfo !== undefined && { deviceInfo }),
    ...(nad?.concurrent === true && { concurrent: true as const }),
    ...(initialResult !== undefined && { initialResult }),
  };
}

/**
 * Returns the device information files of an attachment (NPWG-111 to NPWG-114): for a device from a device plugin, and
 * for plugins with the capability.
 */
function deviceInfoOf(
  { network, configuration }: Delegate,
  { interfaceName, device }: Pick<Decided, 'interfaceName' | 'device'>,
  { settings, call }: PlanInputs,
): Attachment['deviceInfo'] {
  const isAskedFor = configuration.plugins.some(({ capabilities }) => capabilities.includes(deviceInfoCapability));
  if (!isAskedFor && device?.resource === undefined) return undefined;
  const file = attachmentInfoFile(settings.deviceInfoDir, { network, containerId: call.containerId, interfaceName });
  return {
    file,
    ...(device?.resource !== undefined && {
      from: devicePluginInfoFile(settings.deviceInfoDir, device.resource, device.id),
    }),
  };
}

function firstPrevResult(
  delegate: Delegate,
  isDefault: boolean,
  { prevResult, call }: PlanInputs,
): JsonObject | undefined {
  if (isDefault && prevResult !== undefined) return { cniVersion: call.cniVersion, ...prevResult };
  return delegate.startsChained === true ? { cniVersion: delegate.configuration.cniVersion } : undefined;
}
