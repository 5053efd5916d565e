import type { JsonObject, JsonValue } from '../cni/index.ts';
import type { AnnotationPlace } from '../errors/index.ts';
import * as schemas from './selection-schemas.ts';
import * as values from './selection-values.ts';
import type { Bandwidth, NetworkSelection } from './selection.ts';

// The table of all fields that an element of a networks annotation may have. The parser, the planner (runtimeConfig,
// CNI_ARGS, args.cni), `plexus validate`, the table in docs/networks.md and the JSON Schema of the annotation are
// derived from it, so a new field is one row. Name and namespace are separate because together they are the reference
// to the network.

export interface FieldDescription {
  /** For docs and schema, in Markdown. */
  readonly meaning: string;
  /** A JSON Schema of its values. */
  readonly schema: JsonObject;
  /**
   * Whether an empty string counts as absent, because Go cannot distinguish them. null counts as absent for every
   * field.
   */
  readonly isEmptyAbsent?: true;
}

export interface SelectionField extends FieldDescription {
  /** Deprecated names, read if the field itself is absent. */
  readonly aliases?: readonly string[];
  /** Parses a value into its part of a selection. Throws selectionInvalid. */
  readonly read: (value: JsonValue, place: AnnotationPlace) => Partial<NetworkSelection>;
  /** Plugins that declare this capability get the value in runtimeConfig, under the same name. */
  readonly capability?: string;
  /** Returns what every plugin of the network gets in args.cni. */
  readonly pluginArgs?: (selection: Partial<NetworkSelection>) => JsonObject | undefined;
}

/**
 * A field that requests something from the network's plugins. The table of known plugins states which plugin reads it
 * and how; the planner reports requests that no plugin reads.
 */
export interface RequestField extends SelectionField {
  readonly capability: string;
  /** Its key in CNI_ARGS. */
  readonly cniArgsKey?: 'IP' | 'MAC';
  /** Its key in args.cni, used if no plugin reads it elsewhere. Named as in the CNI conventions and ib-kubernetes. */
  readonly argsKey?: string;
  /** Returns the value that the plugins get. */
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

// NPWG-33 to NPWG-60; runtimeConfig has the same order
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

// the bandwidth plugin rejects a rate without a burst; containerd uses the same default (NPWG-51)
const defaultBurst = 2 ** 32 - 1;

const withBursts = (bandwidth: Bandwidth): JsonObject => ({
  ...(bandwidth.ingressRate !== undefined && { ingressBurst: defaultBurst }),
  ...(bandwidth.egressRate !== undefined && { egressBurst: defaultBurst }),
  ...bandwidth,
});

/** What a pod can request from the plugins of one network, by its name in the annotation. */
export type RequestName = keyof typeof requests;

export const requestFields: Readonly<Record<RequestName, RequestField>> = requests;
export const requestNames = Object.keys(requests) as readonly RequestName[];

/** For devices that Plexus does not choose. */
export const deviceIdCapability = 'deviceID';

// NPWG-63 does not define how plugins get it: it is passed like cni-args, under the name of the claim's API group
const claimKey = 'k8s.cni.cncf.io/ipam-claim-reference';

/** All fields by name, in parsing order. In args.cni, a later field overrides an earlier one. */
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
  resourceName: {
    meaning:
      "resource of the network's device, such as `vendor.example/vf`; replaces what the NAD names ([devices.md](devices.md#a-resource-or-claim-for-each-element))",
    schema: schemas.resource,
    isEmptyAbsent: true,
    read: (value, place) => ({ resourceName: values.parseResourceName(value, place) }),
  },
  resourceClaim: {
    meaning:
      "claim of the network's device: an entry of the pod's `spec.resourceClaims`, or `claim/request`; replaces what the NAD names, and precedes `resourceName`",
    schema: schemas.claim,
    isEmptyAbsent: true,
    read: (value, place) => ({ resourceClaim: values.parseClaimName(value, place) }),
  },
  'ipam-claim-reference': {
    meaning: `name of an IPAMClaim, passed on as \`${claimKey}\`, also together with \`ips\``,
    schema: schemas.filledText, // NPWG-61: a claim name must not be empty
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
