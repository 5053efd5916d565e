import type { Path, PlexusError } from '../errors/index.ts';

export type Severity = 'error' | 'warning' | 'note';

/** A place within an object. */
export interface Spot {
  /**
   * Keys and indexes from the top. The path continues inside a text that contains JSON: ['spec', 'config', 'ipam',
   * 'subnet'] of a NetworkAttachmentDefinition.
   */
  readonly path: Path;
  /** `key`: the place is the key itself, because something is missing below it or the key must not exist. */
  readonly part?: 'key';
  /** A part of the text at `path`: the offsets of its start and its end (exclusive). */
  readonly characters?: readonly [from: number, to: number];
}

/** A mistake in an object, or a note about it. `places.ts` finds its line in a file. */
export interface Finding extends Spot {
  /** PLX-V-… for a rule of this folder, or the identifier of the error that a pod would fail with (docs/errors.md). */
  readonly rule: string;
  readonly severity: Severity;
  /** The details of the finding, or the context of the error. Programs read this; people read the text. */
  readonly data: object;
  /** What is wrong, and what is allowed. */
  readonly text: string;
  readonly fix: string;
}

/**
 * A rule that only this folder checks. Errors that Plexus itself would report have their sentence in the catalogue of
 * errors. `Data`: the details of its findings.
 */
export interface Rule<Data extends object = never> {
  readonly id: string;
  readonly severity: Severity;
  readonly sentence: string;
  readonly fix: string;
  /** Exists only for its type. */
  readonly data?: (data: Data) => void;
}

const rule = <Data extends object = object>(
  id: string,
  severity: Severity,
  sentence: string,
  fix: string,
): Rule<Data> => ({
  id: `PLX-V-${id}`,
  severity,
  sentence,
  fix,
});

interface KeyData {
  readonly key: string;
  /** The key or the place that the author probably meant. */
  readonly meant?: string | undefined;
}
interface ValueData {
  readonly value: unknown;
  readonly allowed: string;
}
/** An address, and the subnets or ranges that it was compared with. */
interface AddressData {
  readonly address: string;
  readonly within: readonly string[];
}

export const syntax = rule('SYNTAX', 'error', 'A file is neither YAML nor JSON.', 'Correct the text at this place.');
export const template = rule(
  'TEMPLATE',
  'note',
  'A template, or a value with a placeholder: it is not checked.',
  'Render it first (helm template, for example) and check the result.',
);
export const unchecked = rule(
  'UNCHECKED',
  'note',
  'An object of a kind that is not checked contains networks of pods or a NetworkAttachmentDefinition.',
  'Check what is made from it: helm template, kubectl get pod -o yaml or kubectl get net-attach-def -o yaml, piped into plexus validate -.',
);
export const notRead = rule(
  'NOT-READ',
  'note',
  'A file in a folder is neither YAML nor JSON and mentions no networks: it is skipped.',
  'No action needed if the file is for another program.',
);
export const invisible = rule(
  'INVISIBLE',
  'warning',
  'A line begins with a character that looks like a space but is none: YAML reads it as part of the key.',
  'Replace it with spaces.',
);
export const objectInvalid = rule<Partial<ValueData>>(
  'OBJECT',
  'error',
  'A Kubernetes object has no name or an impossible one, or a value of the wrong type.',
  'Correct the object.',
);
export const apiVersion = rule<ValueData>(
  'API-VERSION',
  'error',
  'A NetworkAttachmentDefinition has an apiVersion that no cluster serves.',
  'Write apiVersion: k8s.cni.cncf.io/v1.',
);
export const duplicate = rule<{ readonly object: string }>(
  'DUPLICATE',
  'error',
  'Two objects of one kind have the same namespace and name.',
  'Rename one of them, or delete it.',
);
export const keyUnknown = rule<KeyData>(
  'KEY-UNKNOWN',
  'warning',
  'A key that no program reads.',
  'Correct its spelling, or remove it.',
);
export const keyRepeated = rule<KeyData>(
  'KEY-REPEATED',
  'warning',
  'A key occurs twice; the last one takes effect.',
  'Remove one of them.',
);
export const keyMissing = rule<KeyData>(
  'KEY-MISSING',
  'error',
  'A key that the plugin requires is missing.',
  'Add it.',
);
export const valueInvalid = rule<ValueData>(
  'VALUE',
  'error',
  'A value has the wrong type, or is not among the allowed ones.',
  'Use an allowed value.',
);
export const addressInvalid = rule<ValueData>(
  'ADDRESS',
  'error',
  'An IP address, network or MAC address is malformed.',
  'Correct it.',
);
export const rangeInvalid = rule<ValueData | AddressData>(
  'RANGE',
  'error',
  'Addresses of a range are not in their subnet.',
  'Correct the range or the subnet.',
);
export const gatewayOutside = rule<AddressData>(
  'GATEWAY',
  'warning',
  'A gateway cannot be reached from its subnet.',
  'Use an address of the subnet.',
);
export const rangeOverlap = rule<AddressData>(
  'RANGE-OVERLAP',
  'error',
  'Ranges of one network overlap.',
  'Separate the ranges, or merge them into one.',
);
export const exclusive = rule<{ readonly keys: readonly string[] }>(
  'EXCLUSIVE',
  'error',
  'Two keys that exclude each other are set, or none of several keys of which one is required.',
  'Keep exactly one of them.',
);
export const chain = rule<{ readonly plugin: string }>(
  'CHAIN',
  'error',
  'A plugin that only changes an interface has none before it.',
  'Put it into "plugins", after the plugin that makes the interface.',
);
export const pluginUnknown = rule<KeyData>(
  'PLUGIN-UNKNOWN',
  'note',
  'The options of this plugin are unknown and not checked.',
  'No action needed if the type is correct.',
);
export const pluginsMany = rule<{ readonly plugins: number; readonly checked: number }>(
  'PLUGINS-MANY',
  'warning',
  'A list has more plugins than are checked.',
  'Shorten the list, or check the plugins at its end separately.',
);
export const versionAbsent = rule<object>(
  'VERSION-ABSENT',
  'note',
  'A configuration has no cniVersion.',
  'Add "cniVersion": "1.0.0", or a version that all its plugins support.',
);
export const defaultRoute = rule<Partial<AddressData>>(
  'DEFAULT-ROUTE',
  'warning',
  'A default route has no gateway, or one that cannot be reached.',
  'Name a gateway of the network, or drop the route.',
);
export const misplaced = rule<{ readonly key: string; readonly belongs: Path }>(
  'MISPLACED',
  'error',
  'An annotation for pods is on their owner, where no program reads it.',
  'Move it to spec.template.metadata.annotations.',
);
export const annotationUnknown = rule<KeyData>(
  'ANNOTATION',
  'warning',
  'An annotation looks like one of the NPWG standard, but is not.',
  'Correct the key.',
);
export const nodeFile = rule<{ readonly network: string }>(
  'NODE-FILE',
  'note',
  'A NetworkAttachmentDefinition has no spec.config: a file of that name on the node is used, which is not checked.',
  'No action needed if every node has the file.',
);
export const subnetShared = rule<{
  readonly networks: readonly string[];
  readonly range: string;
  readonly link: string;
}>(
  'SUBNET-SHARED',
  'warning',
  'Two networks on the same link assign the same addresses independently.',
  'Use separate ranges, or one NetworkAttachmentDefinition for both.',
);
export const requestLost = rule<{ readonly request: string }>(
  'REQUEST-LOST',
  'warning',
  'No plugin receives a request of a pod.',
  'Declare the capability in the network, or drop the request.',
);

export const ignored = rule<{ readonly key: string; readonly beside: string }>(
  'IGNORED',
  'warning',
  'A key has no effect because of another one.',
  'Keep the intended one.',
);
export const noAddresses = rule<{ readonly ipam: string }>(
  'NO-ADDRESSES',
  'warning',
  'An IPAM plugin has no addresses to assign.',
  'Set the addresses, or let pods request them.',
);

export const requestOutside = rule<AddressData>(
  'REQUEST-OUTSIDE',
  'error',
  'A pod requests an address that its network cannot assign.',
  'Request an address of the network.',
);

export const useRequiredRule = rule<{ readonly network: string }>(
  'USE-REQUIRED',
  'note',
  'A pod names a network that requires the permission to use it, which is not checked.',
  'Check it with plexus can-use NETWORK --as system:serviceaccount:NAMESPACE:NAME.',
);

export const rules: readonly Rule[] = [
  syntax,
  template,
  unchecked,
  notRead,
  invisible,
  objectInvalid,
  apiVersion,
  duplicate,
  keyUnknown,
  keyRepeated,
  keyMissing,
  valueInvalid,
  addressInvalid,
  rangeInvalid,
  gatewayOutside,
  rangeOverlap,
  exclusive,
  chain,
  pluginUnknown,
  pluginsMany,
  versionAbsent,
  defaultRoute,
  misplaced,
  annotationUnknown,
  nodeFile,
  subnetShared,
  requestLost,
  ignored,
  noAddresses,
  requestOutside,
  useRequiredRule,
];

/** Creates a finding of a rule. `spot`: a path, for the value there, or another place. */
export const finding = <Data extends object>(
  { id, severity, fix }: Rule<Data>,
  spot: Path | Spot,
  data: Data,
  ...[text, better]: readonly [text: string, fix?: string | undefined]
): Finding => ({ ...asSpot(spot), rule: id, severity, data, text, fix: better ?? fix });

/** Creates a finding for an error that Plexus itself would report. */
export const findingOf = (error: PlexusError, spot: Path | Spot, severity: Severity = 'error'): Finding => ({
  ...asSpot(spot),
  rule: error.id,
  severity,
  data: error.context,
  text: error.message,
  fix: error.kind.fix,
});

const asSpot = (spot: Path | Spot): Spot => ('path' in spot ? spot : { path: spot });

/** The place of a key itself. */
export const keyAt = (path: Path): Spot => ({ path, part: 'key' });

/** Converts findings about a part of an object to findings about the object. */
export const inside = (path: Path, findings: readonly Finding[]): readonly Finding[] =>
  findings.map((each) => ({ ...each, path: [...path, ...each.path] }));

/** Whether a finding is an error that Plexus itself reports, so that no pod starts with the object. */
export const isOfPlexus = ({ rule: id, severity }: Finding): boolean =>
  severity === 'error' && !id.startsWith('PLX-V-');
