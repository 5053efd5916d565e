import { type PlexusError, keyText } from '../errors/index.ts';
import type { Path, PlacedText, PlacedValue, Span } from './yaml-position.ts';

export type Severity = 'error' | 'warning' | 'note';

/**
 * Something wrong, or worth knowing, at one place of one file. Lines and columns count from 1, columns in UTF-16 units.
 */
export interface Finding extends Span {
  readonly file: string;
  /** The key at fault, as a path from the object; empty when it is the whole file. */
  readonly key: string;
  /** PLX-V-… of this check, or the identifier of the error that a pod would fail with (docs/errors.md). */
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong, and what is allowed. */
  readonly text: string;
  readonly fix: string;
}

/**
 * One of the rules that only this check knows: what Plexus itself would say has its sentence in the catalogue of
 * errors.
 */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  readonly sentence: string;
  readonly fix: string;
}

const rule = (id: string, severity: Severity, sentence: string, fix: string): Rule => ({
  id: `PLX-V-${id}`,
  severity,
  sentence,
  fix,
});

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
export const objectInvalid = rule(
  'OBJECT',
  'error',
  'A Kubernetes object has no name or an impossible one, or a value of the wrong type.',
  'Correct the object.',
);
export const apiVersion = rule(
  'API-VERSION',
  'error',
  'A NetworkAttachmentDefinition has an apiVersion that no cluster serves.',
  'Write apiVersion: k8s.cni.cncf.io/v1.',
);
export const duplicate = rule(
  'DUPLICATE',
  'error',
  'Two objects of one kind have the same namespace and name.',
  'Rename one of them, or delete it.',
);
export const keyUnknown = rule(
  'KEY-UNKNOWN',
  'warning',
  'A key that no program reads.',
  'Correct its spelling, or remove it.',
);
export const keyRepeated = rule(
  'KEY-REPEATED',
  'warning',
  'A key occurs twice; the last one takes effect.',
  'Remove one of them.',
);
export const keyMissing = rule('KEY-MISSING', 'error', 'A key that the plugin requires is missing.', 'Add it.');
export const valueInvalid = rule(
  'VALUE',
  'error',
  'A value has the wrong type, or is not among the allowed ones.',
  'Use an allowed value.',
);
export const addressInvalid = rule(
  'ADDRESS',
  'error',
  'An IP address, network or MAC address is malformed.',
  'Correct it.',
);
export const rangeInvalid = rule(
  'RANGE',
  'error',
  'Addresses of a range are not in their subnet.',
  'Correct the range or the subnet.',
);
export const gatewayOutside = rule(
  'GATEWAY',
  'warning',
  'A gateway cannot be reached from its subnet.',
  'Use an address of the subnet.',
);
export const rangeOverlap = rule(
  'RANGE-OVERLAP',
  'error',
  'Ranges of one network overlap.',
  'Separate the ranges, or merge them into one.',
);
export const exclusive = rule(
  'EXCLUSIVE',
  'error',
  'Two keys that exclude each other are set, or none of several keys of which one is required.',
  'Keep exactly one of them.',
);
export const chain = rule(
  'CHAIN',
  'error',
  'A plugin that only changes an interface has none before it.',
  'Put it into "plugins", after the plugin that makes the interface.',
);
export const pluginUnknown = rule(
  'PLUGIN-UNKNOWN',
  'note',
  'The options of this plugin are unknown and not checked.',
  'No action needed if the type is correct.',
);
export const versionAbsent = rule(
  'VERSION-ABSENT',
  'note',
  'A configuration has no cniVersion.',
  'Add "cniVersion": "1.0.0", or a version that all its plugins support.',
);
export const defaultRoute = rule(
  'DEFAULT-ROUTE',
  'warning',
  'A default route has no gateway, or one that cannot be reached.',
  'Name a gateway of the network, or drop the route.',
);
export const misplaced = rule(
  'MISPLACED',
  'error',
  'An annotation for pods is on their owner, where no program reads it.',
  'Move it to spec.template.metadata.annotations.',
);
export const annotationUnknown = rule(
  'ANNOTATION',
  'warning',
  'An annotation looks like one of the NPWG standard, but is not.',
  'Correct the key.',
);
export const nodeFile = rule(
  'NODE-FILE',
  'note',
  'A NetworkAttachmentDefinition has no spec.config: a file of that name on the node is used, which is not checked.',
  'No action needed if every node has the file.',
);
export const subnetShared = rule(
  'SUBNET-SHARED',
  'warning',
  'Two networks on the same link assign the same addresses independently.',
  'Use separate ranges, or one NetworkAttachmentDefinition for both.',
);
export const requestLost = rule(
  'REQUEST-LOST',
  'warning',
  'No plugin receives a request of a pod.',
  'Declare the capability in the network, or drop the request.',
);

export const ignored = rule(
  'IGNORED',
  'warning',
  'A key has no effect because of another one.',
  'Keep the intended one.',
);
export const noAddresses = rule(
  'NO-ADDRESSES',
  'warning',
  'An IPAM plugin has no addresses to assign.',
  'Set the addresses, or let pods request them.',
);

export const requestOutside = rule(
  'REQUEST-OUTSIDE',
  'error',
  'A pod requests an address that its network cannot assign.',
  'Request an address of the network.',
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
];

/** Where a finding is. */
export interface Place extends Span {
  readonly file: string;
  readonly key: string;
}

/** The place of a key of a value, or the nearest place that is there. */
export const placeOf = (value: PlacedValue, path: Path, part: 'key' | 'value' = 'value'): Place => ({
  file: value.file,
  key: keyText([...value.path, ...path]),
  ...value.spanOf(path, part),
});

/** The place of some characters of a text. */
export const placeIn = (text: PlacedText, from: number, to: number): Place => ({
  file: text.file,
  key: keyText(text.path),
  ...text.span(from, to),
});

export const finding = ({ id, severity, fix }: Rule, place: Place, text: string, better?: string): Finding => ({
  ...place,
  rule: id,
  severity,
  text,
  fix: better ?? fix,
});

/** What Plexus itself says when it runs this. */
export const findingOf = (error: PlexusError, place: Place, severity: Severity = 'error'): Finding => ({
  ...place,
  rule: error.id,
  severity,
  text: error.message,
  fix: error.kind.fix,
});

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** In order of files and lines, none twice. */
export function sorted(findings: readonly Finding[]): readonly Finding[] {
  const unique = new Map(
    findings.map((each) => [JSON.stringify([each.file, each.line, each.column, each.rule, each.text]), each]),
  );
  const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
  return [...unique.values()].toSorted(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      ranks[a.severity] - ranks[b.severity] ||
      compare(a.rule, b.rule),
  );
}
