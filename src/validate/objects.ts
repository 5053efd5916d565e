import { isJsonObject, isMetaPlugin } from '../cni/index.ts';
import { nadGroup, nadKind } from '../npwg/index.ts';
import { didYouMean } from '../plan/index.ts';
import { isJson, jsonFinding, yamlFinding } from './broken.ts';
import { type Finding, finding, objectInvalid, placeOf } from './finding.ts';
import { uncheckedFindings } from './unchecked.ts';
import { yamlDocuments } from './yaml-documents.ts';
import { type Path, type PlacedText, type PlacedValue, placedDocument, placedJson, valueAt } from './yaml-position.ts';

/** Something in a file that there are checks for. */
export type Subject =
  | { readonly kind: 'nad'; readonly object: PlacedValue }
  | {
      readonly kind: 'pod';
      readonly object: PlacedValue;
      /** Of the pod inside the object: [] for a pod itself. */ readonly pod: Path;
    }
  /** A virtual machine of KubeVirt. */
  | {
      readonly kind: 'vm';
      readonly object: PlacedValue;
      /** Of the object with `spec` of the instance. */ readonly instance: Path;
    }
  | { readonly kind: 'configuration'; readonly value: PlacedValue }
  /** Of a daemon: what a pod's default network is may be said elsewhere. */
  | { readonly kind: 'daemon'; readonly value: PlacedValue };

export interface Read {
  readonly subjects: readonly Subject[];
  readonly findings: readonly Finding[];
}

export const nothing: Read = { subjects: [], findings: [] };

export const joined = (parts: readonly Read[]): Read => ({
  subjects: parts.flatMap(({ subjects }) => subjects),
  findings: parts.flatMap(({ findings }) => findings),
});

const templates: Readonly<Record<string, Path>> = {
  Pod: [],
  PodTemplate: ['template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};
const withTemplate = ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Job'];

/** What there is to check in a document: a Kubernetes object, a List of them, or a network configuration. */
export function readValue(value: PlacedValue): Read {
  if (!isJsonObject(value.value)) return nothing;
  const { kind, items } = value.value;
  if (typeof kind !== 'string') return orUnchecked(readBare(value), value);
  if (kind.endsWith('List') && Array.isArray(items))
    return joined(items.map((_, index) => readValue(value.at(['items', index]))));
  if (kind === 'ConfigMap') return readConfigMap(value);
  const subject = subjectOf(value, kind);
  if (subject === undefined) return orUnchecked(nothing, value);
  const wrong = objectFinding(value, kind);
  return wrong === undefined
    ? { subjects: [subject], findings: nameFindings(value) }
    : { subjects: [], findings: [wrong] };
}

const orUnchecked = (read: Read, value: PlacedValue): Read =>
  read.subjects.length > 0 || read.findings.length > 0 ? read : { subjects: [], findings: uncheckedFindings(value) };

/** The pod template, or the instance of a virtual machine, in an object of a kind. */
function subjectOf(object: PlacedValue, kind: string): Subject | undefined {
  const pod = templates[kind] ?? (withTemplate.includes(kind) ? ['spec', 'template'] : undefined);
  if (pod !== undefined) return { kind: 'pod', object, pod };
  const instance = instances[kind];
  if (instance !== undefined && isOfGroup(object, 'kubevirt.io')) return { kind: 'vm', object, instance };
  return kind === nadKind && !isOfAnotherGroup(object) ? { kind: 'nad', object } : undefined;
}

const instances: Readonly<Record<string, Path>> = {
  VirtualMachine: ['spec', 'template'],
  VirtualMachineInstance: [],
  VirtualMachineInstanceReplicaSet: ['spec', 'template'],
  VirtualMachinePool: ['spec', 'virtualMachineTemplate', 'spec', 'template'],
};

function groupOf(object: PlacedValue): string {
  const apiVersion = valueAt(object.value, ['apiVersion']);
  return typeof apiVersion === 'string' ? apiVersion.replace(/\/.*/, '') : '';
}

const isOfGroup = (object: PlacedValue, group: string): boolean =>
  groupOf(object) === group || groupOf(object).endsWith(`.${group}`);

/** Another program may have a kind of that name; a group with nearly the right name is a mistake. */
function isOfAnotherGroup(object: PlacedValue): boolean {
  const group = groupOf(object);
  return group.includes('.') && group !== nadGroup && didYouMean(group, [nadGroup]) === undefined;
}

function objectFinding(object: PlacedValue, kind: string): Finding | undefined {
  const name = valueAt(object.value, ['metadata', 'name']) ?? valueAt(object.value, ['metadata', 'generateName']);
  if (typeof name !== 'string' || name === '')
    return finding(objectInvalid, placeOf(object, ['metadata'], 'key'), `${kind} has no metadata.name`);
  const namespace = valueAt(object.value, ['metadata', 'namespace']) ?? '';
  if (typeof namespace === 'string') return undefined;
  return finding(
    objectInvalid,
    placeOf(object, ['metadata', 'namespace']),
    `metadata.namespace of ${kind} ${name} is not a string: quote it`,
  );
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Names that no API server takes. */
function nameFindings(object: PlacedValue): readonly Finding[] {
  const wrong = (key: string, isName: (text: string) => boolean, allowed: string): readonly Finding[] => {
    const text = valueAt(object.value, ['metadata', key]);
    if (typeof text !== 'string' || text === '' || isName(text)) return [];
    return [
      finding(
        objectInvalid,
        placeOf(object, ['metadata', key]),
        `metadata.${key} ${JSON.stringify(text)} is not ${allowed}`,
      ),
    ];
  };
  return [
    ...wrong(
      'name',
      (text) => text.length <= 253 && subdomain.test(text),
      'the name of an object: lower-case letters, digits, "-" and ".", at most 253 of them',
    ),
    ...wrong(
      'namespace',
      (text) => text.length <= 63 && label.test(text),
      'the name of a namespace: lower-case letters, digits and "-", at most 63 of them',
    ),
  ];
}

/** A document that is no Kubernetes object: a network configuration, perhaps. */
function readBare(value: PlacedValue): Read {
  const { type, plugins, cniVersion } = value.value as Readonly<Record<string, unknown>>;
  const isList =
    Array.isArray(plugins) &&
    (typeof cniVersion === 'string' || plugins.some((each) => isJsonObject(each) && typeof each['type'] === 'string'));
  const isConfiguration =
    isList || (typeof type === 'string' && (typeof cniVersion === 'string' || isMetaPlugin(type)));
  return isConfiguration ? { subjects: [{ kind: 'configuration', value }], findings: [] } : nothing;
}

/** Files of the daemon, by the names that Plexus and Multus give them. */
const daemonFiles = ['plexus.yaml', 'daemon-config.json'];
const configurationFile = /^cni-conf\.json$|\.conflist$/;

function readConfigMap(object: PlacedValue): Read {
  const data = valueAt(object.value, ['data']);
  if (!isJsonObject(data)) return nothing;
  return joined(Object.keys(data).map((name) => readEntry(name, object.textAt(['data', name]))));
}

function readEntry(name: string, text: PlacedText | undefined): Read {
  if (text === undefined || text.text.trim() === '') return nothing;
  if (name === 'plexus.yaml') return readDaemonYaml(text);
  const isMeant = daemonFiles.includes(name) || configurationFile.test(name);
  if (!isMeant && !(/\.(json|conf)$/.test(name) && text.text.trimStart().startsWith('{'))) return nothing;
  // files of other programs have names like these as well
  if (!isJson(text.text)) return isMeant ? { subjects: [], findings: [jsonFinding(text)] } : nothing;
  const value = placedJson(text);
  return daemonFiles.includes(name) ? { subjects: [{ kind: 'daemon', value }], findings: [] } : readBare(value);
}

function readDaemonYaml(text: PlacedText): Read {
  const [first] = yamlDocuments(text);
  if (first === undefined || first.document.contents === null) return nothing;
  if (first.error !== undefined) return { subjects: [], findings: [yamlFinding(first.text, first.error)] };
  return {
    subjects: [{ kind: 'daemon', value: placedDocument(first.text, first.document, first.document.toJS()) }],
    findings: [],
  };
}
