import type { JsonObject, JsonValue } from '../cni/index.ts';
import type { AnnotationPlace } from '../errors/index.ts';
import * as schemas from './selection-schemas.ts';
import * as values from './selection-values.ts';
import type { Bandwidth, NetworkSelection } from './selection.ts';

// The one table of what an element of a networks annotation may hold. The parser, the planner (runtimeConfig, CNI_ARGS,
// args.cni), `plexus validate`, the table in docs/networks.md and the JSON Schema of the annotation are made from it, so
// a new field is one row here. The name and the namespace are apart: together they are the reference to the network.

export interface FieldDescription {
  /** For docs and schema, in Markdown. */
  readonly meaning: string;
  /** A JSON Schema of its values. */
  readonly schema: JsonObject;
  /** Whether an empty text counts as absent: where Go cannot tell the two apart. null is absent for every field. */
  readonly isEmptyAbsent?: true;
}

export interface SelectionField extends FieldDescription {
  /** Deprecated names; they count when the right one is absent. */
  readonly aliases?: readonly string[];
  /** The part of a selection that a value stands for. selectionInvalid. */
  readonly read: (value: JsonValue, place: AnnotationPlace) => Partial<NetworkSelection>;
  /** Plugins that declare this capability get the value in runtimeConfig, under the same name. */
  readonly capability?: string;
  /** What every plugin of the network gets in args.cni. */
  readonly pluginArgs?: (selection: Partial<NetworkSelection>) => JsonObject | undefined;
}

/**
 * A field that asks something of the network's plugins. Which plugin reads it, and in which of these ways, is in the
 * table of known plugins; the planner judges requests that no plugin reads.
 */
export interface RequestField extends SelectionField {
  readonly capability: string;
  /** Its key in CNI_ARGS. */
  readonly cniArgsKey?: 'IP' | 'MAC';
  /** Its key in args.cni, where no plugin reads it elsewhere: as the CNI conventions and ib-kubernetes name it. */
  readonly argsKey?: string;
  /** What the plugins get. */
  readonly valueIn: (selection: Partial<NetworkSelection>) => JsonValue | undefined;
}

export const nameFields: Readonly<Record<'name' | 'namespace', FieldDescription>> = {
  name: { meaning: 'name of the NAD (required)', schema: schemas.objectName },
  namespace: {
    meaning: "its namespace; the pod's own when absent",
    schema: schemas.namespaceName,
    isEmptyAbsent: true,
  },
};

// NPWG-33 to NPWG-60; the order is that of runtimeConfig
const requests = {
  ips: {
    meaning: 'addresses, with or without prefix',
    schema: schemas.ips,
    read: (value, place) => ({ ips: values.parseIps(value, place) }),
    capability: 'ips',
    cniArgsKey: 'IP',
    argsKey: 'ips',
    valueIn: ({ ips }) => ips,
  },
  mac: {
    meaning: 'MAC address of six bytes; passed on in lower case, separated by `:`',
    schema: schemas.mac,
    isEmptyAbsent: true,
    read: (value, place) => ({ mac: values.parseMac(value, place) }),
    capability: 'mac',
    cniArgsKey: 'MAC',
    argsKey: 'mac',
    valueIn: ({ mac }) => mac,
  },
  'infiniband-guid': {
    meaning: 'GUID of eight bytes',
    schema: schemas.guid,
    isEmptyAbsent: true,
    read: (value, place) => ({ infinibandGuid: values.parseGuid(value, place) }),
    capability: 'infinibandGUID',
    argsKey: 'guid',
    valueIn: ({ infinibandGuid }) => infinibandGuid,
  },
  portMappings: {
    meaning: 'list of `hostPort`, `containerPort`, `protocol` (TCP when absent), `hostIP`',
    schema: schemas.portMappings,
    read: (value, place) => ({ portMappings: values.parsePortMappings(value, place) }),
    capability: 'portMappings',
    valueIn: ({ portMappings }) => portMappings?.map((each) => ({ ...each })),
  },
  bandwidth: {
    meaning: '`ingressRate`, `ingressBurst`, `egressRate`, `egressBurst`, in bits',
    schema: schemas.bandwidth,
    read: (value, place) => ({ bandwidth: values.parseBandwidth(value, place) }),
    capability: 'bandwidth',
    valueIn: ({ bandwidth }) => bandwidth && withBursts(bandwidth),
  },
} satisfies Readonly<Record<string, RequestField>>;

// The reference plugin refuses a rate without a burst; containerd asks for the same one (NPWG-51).
const defaultBurst = 2 ** 32 - 1;

const withBursts = (bandwidth: Bandwidth): JsonObject => ({
  ...(bandwidth.ingressRate !== undefined && { ingressBurst: defaultBurst }),
  ...(bandwidth.egressRate !== undefined && { egressBurst: defaultBurst }),
  ...bandwidth,
});

/** What a pod can request of the plugins of one network, by the annotation's name. */
export type RequestName = keyof typeof requests;

export const requestFields: Readonly<Record<RequestName, RequestField>> = requests;
export const requestNames = Object.keys(requests) as readonly RequestName[];

/** For devices that Plexus does not choose itself. */
export const deviceIdCapability = 'deviceID';

// NPWG-63 names no way to the plugin: that of cni-args, under the name of the claim's API group
const claimKey = 'k8s.cni.cncf.io/ipam-claim-reference';

/** By the annotation's name, in the order in which they are parsed. In args.cni, a later field replaces an earlier. */
export const selectionFields: Readonly<Record<string, SelectionField>> = {
  interface: {
    aliases: ['interfaceRequest'], // NPWG-31
    meaning: 'name of the interface, up to 15 bytes',
    schema: schemas.interfaceName,
    isEmptyAbsent: true,
    read: (value, place) => ({ interfaceName: values.parseInterface(value, place) }),
  },
  ...requests,
  'default-route': {
    meaning: "gateways of the pod's default route through this network; at most one element may have this key",
    schema: schemas.gateways,
    read: (value, place) => ({ defaultRoute: values.parseGateways(value, place) }),
  },
  deviceID: {
    meaning:
      "one of the pod's devices of the network's resource ([devices.md](devices.md)); the capability is for networks without a resource, whose plugins get it unchanged",
    schema: schemas.filledText,
    isEmptyAbsent: true,
    read: (value, place) => ({ deviceId: values.parseFilledText(value, place) }),
    capability: deviceIdCapability,
  },
  'ipam-claim-reference': {
    meaning: `name of an IPAMClaim, passed on as \`${claimKey}\`, also together with \`ips\``,
    schema: schemas.filledText, // NPWG-61 allows no empty claim
    read: (value, place) => ({ ipamClaimReference: values.parseFilledText(value, place) }),
    pluginArgs: ({ ipamClaimReference: claim }) => (claim === undefined ? undefined : { [claimKey]: claim }),
  },
  'cni-args': {
    meaning: 'object that every plugin of the network gets, whatever capabilities it declares (see below)',
    schema: schemas.anyObject,
    read: (value, place) => ({ cniArgs: values.parseCniArgsObject(value, place) }),
    pluginArgs: ({ cniArgs }) => cniArgs,
  },
};
