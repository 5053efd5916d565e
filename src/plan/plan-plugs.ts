import { type PlexusError, type Warning, asPlexusError, interfaceTaken, spareDeviceMissing } from '../errors/index.ts';
import { type NetworkSelection, type PodMetadata, nadKey, sourceKey } from '../npwg/index.ts';
import type { AnnotationDifference, Plug } from './annotation-difference.ts';
import type { Attachment } from './attachment.ts';
import { chooseDevices, identityOf, sourceOf, sourceText } from './device-choice.ts';
import { routesBeside } from './default-route-owner.ts';
import { decideDefaultRoutes } from './default-route.ts';
import type { PlanInputs } from './inputs.ts';
import { freeName } from './interface-names.ts';
import { attachmentOf, unmanaged } from './plan.ts';
import { argumentsBound } from './plugin-arguments.ts';
import { assertNamespaceAllowed } from './policy.ts';
import type { AttachmentRecord, SandboxRecord } from './record.ts';
import { deliveriesOf, judgeRequests } from './requests.ts';
import { withoutMetaPlugins, fromSelection } from './resolve.ts';

/** The inputs of planning networks for a running pod. */
export type PlugInputs = PlanInputs & {
  readonly pod: PodMetadata;
  /** NADs that cannot be read at this moment, or that the pod may not use, by namespace/name. */
  readonly unusable: ReadonlyMap<string, PlexusError>;
  /** Why the devices of a source cannot be determined at this moment, by `sourceKey`. */
  readonly deviceProblems: ReadonlyMap<string, PlexusError>;
};
export interface PlannedPlug {
  readonly plug: Plug;
  readonly attachment: Attachment;
  readonly warnings: readonly Warning[];
}
/** A selection that cannot be attached. What it would replace stays attached. */
export interface RefusedPlug {
  readonly plug: Plug;
  readonly error: PlexusError;
}
export interface PlugPlan {
  readonly planned: readonly PlannedPlug[];
  readonly refused: readonly RefusedPlug[];
}

/**
 * Plans the networks that a running pod gains. Each selection is planned on its own, so that one that is refused does
 * not affect the others.
 */
export function planPlugs(
  { plugs, unplugs }: AnnotationDifference,
  record: SandboxRecord,
  inputs: PlugInputs,
): PlugPlan {
  const planned: PlannedPlug[] = [];
  const refused: RefusedPlug[] = [];
  const names = takenNames(plugs, record, inputs.links);
  const read = new Map<string, Delegate>();
  for (const plug of plugs) {
    const others = record.attachments.filter((entry) => entry !== plug.replaces);
    const stays = others.filter((entry) => !unplugs.includes(entry)).map(({ attachment }) => attachment);
    const made = [...stays, ...planned.map(({ attachment }) => attachment)];
    try {
      planned.push({ plug, ...plugged(plug, { names, others, made, read, inputs }) });
    } catch (thrown) {
      refused.push({ plug, error: asPlexusError(thrown) });
    }
  }
  const replaced = new Set(planned.map(({ plug }) => plug.replaces));
  const staying = record.attachments.filter((entry) => !unplugs.includes(entry) && !replaced.has(entry));
  const attachments = [...staying, ...planned].map(({ attachment }) => attachment);
  const routed = planned.map((each) => ({ ...each, attachment: withRoutes(each.attachment, attachments) }));
  return { planned: routed, refused };
}

/** Returns who has each interface name: links, recorded attachments, and selections that name theirs. */
function takenNames(
  plugs: readonly Plug[],
  { attachments }: SandboxRecord,
  links: readonly string[],
): Map<string, string> {
  return new Map([
    ...plugs.flatMap(({ selection: { interfaceName, nad } }) =>
      interfaceName === undefined ? [] : [[interfaceName, nadKey(nad)] as const],
    ),
    ['lo', 'the loopback link'] as const,
    ...links.map((link) => [link, 'a link that is already in the sandbox'] as const),
    ...attachments.map(({ attachment }) => [attachment.interfaceName, attachment.network] as const),
  ]);
}

interface Surroundings {
  readonly names: Map<string, string>;
  /** Every recorded attachment except the one that is replaced. */
  readonly others: readonly AttachmentRecord[];
  /** The attachments that will exist beside this one. */
  readonly made: readonly Attachment[];
  /** The networks that were read, by namespace/name. */
  readonly read: Map<string, Delegate>;
  readonly inputs: PlugInputs;
}

function plugged(
  plug: Plug,
  { names, others, made, read, inputs }: Surroundings,
): Pick<PlannedPlug, 'attachment' | 'warnings'> {
  const { selection } = plug;
  const { pod, settings, unusable, links } = inputs;
  assertNamespaceAllowed(selection, pod, settings);
  const problem = unusable.get(nadKey(selection.nad));
  if (problem !== undefined) throw problem;
  const delegate = withoutMetaPlugins(fromSelection(selection, inputs, read.get(nadKey(selection.nad))));
  read.set(nadKey(selection.nad), delegate);
  const requests = deliveriesOf(delegate);
  const judged = judgeRequests(delegate, requests, settings.unservedRequests);
  const device = deviceFor(delegate, made, inputs);
  const interfaceName = nameFor(plug, { names, others, made }, links);
  const decided = { isDefault: false, interfaceName, defaultRoute: unmanaged, device: device.chosen };
  const attachment = attachmentOf(delegate, { ...decided, deliveries: requests, assertFits: argumentsBound() }, inputs);
  return { attachment, warnings: [...(delegate.warnings ?? []), ...judged.warnings, ...device.warnings] };
}

function nameFor(
  { selection, position, replaces }: Plug,
  { names, others, made }: Omit<Surroundings, 'inputs' | 'read'>,
  links: readonly string[],
): string {
  const { interfaceName = replaces?.attachment.interfaceName } = selection;
  if (interfaceName === undefined) {
    const name = freeName(names, position);
    names.set(name, nadKey(selection.nad));
    return name;
  }
  const all = [...others.map(({ attachment }) => attachment), ...made];
  const other = all.find((each) => each.interfaceName === interfaceName);
  if (other !== undefined) throw interfaceTaken({ interfaceName, by: other.network });
  if (replaces === undefined && (links.includes(interfaceName) || interfaceName === 'lo'))
    throw interfaceTaken({ interfaceName, by: names.get(interfaceName) ?? 'a link that is already in the sandbox' });
  return interfaceName;
}

type Delegate = ReturnType<typeof fromSelection>;

// A device plugin allocates devices only while a pod starts, so a running pod can use only what it has left. Without
// one, the network is refused whatever missingDevice states: nobody waits for the pod to start.
function deviceFor(delegate: Delegate, made: readonly Attachment[], inputs: PlugInputs) {
  const used = new Set(made.flatMap(({ device }) => (device === undefined ? [] : [identityOf(device)])));
  const source = sourceOf(delegate);
  const problem = source && inputs.deviceProblems.get(sourceKey(source));
  if (problem !== undefined) throw problem;
  const { devices: all } = inputs;
  const devices = all && { ...all, devices: all.devices.filter((each) => !used.has(identityOf(each))) };
  const { settings, ...others } = inputs;
  const strict = { ...settings, missingDevice: 'fail' } as const;
  try {
    const { chosen, warnings } = chooseDevices([delegate], {
      ...others,
      settings: strict,
      ...(devices !== undefined && { devices }),
    });
    if (source !== undefined && chosen[0] === undefined) throw noSpareDevice(delegate);
    return { chosen: chosen[0], warnings };
  } catch (thrown) {
    const { id } = asPlexusError(thrown);
    if (id !== 'PLX-DEVICE-MISSING' && id !== 'PLX-RESOURCE-NOT-REQUESTED') throw thrown;
    throw noSpareDevice(delegate, thrown);
  }
}

function noSpareDevice(delegate: Delegate, cause?: unknown): PlexusError {
  const source = sourceOf(delegate);
  const of = source === undefined ? '' : sourceText(source);
  return spareDeviceMissing({ network: delegate.network, of }, cause === undefined ? {} : { cause });
}

function withRoutes(attachment: Attachment, all: readonly Attachment[]): Attachment {
  const own = requestedRoute(attachment.selection);
  if (own !== undefined) return { ...attachment, defaultRoute: decideDefaultRoutes([own])[0] ?? unmanaged };
  const others = all.filter((each) => each !== attachment);
  return { ...attachment, defaultRoute: routesBeside(others.map(asOwner)) };
}

/** A planned attachment that requests the default route counts as its owner before its routes are decided. */
const asOwner = (attachment: Attachment): Attachment => {
  const own = requestedRoute(attachment.selection);
  return own === undefined ? attachment : { ...attachment, defaultRoute: decideDefaultRoutes([own])[0] ?? unmanaged };
};

const requestedRoute = (selection: Pick<NetworkSelection, 'defaultRoute'> | undefined): readonly string[] | undefined =>
  selection?.defaultRoute;
