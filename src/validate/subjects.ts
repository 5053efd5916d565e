import { LineCounter, type Document, parseAllDocuments } from 'yaml';
import { isJsonObject, parseJson } from '../cni/index.ts';
import { asPlexusError, problemOf } from '../errors/index.ts';
import { nadKind } from '../npwg/index.ts';
import { isMetaPlugin } from '../plan/index.ts';
import { repeatedFindings } from './check-nad.ts';
import { type Finding, finding, objectInvalid, placeIn, placeOf, syntax, template } from './finding.ts';
import { type Path, type PlacedText, type PlacedValue, placedDocument, placedFile, placedJson, valueAt } from './yaml-position.ts';

/** One file, as it was read. */
export interface InputFile {
  /** As people are told of it. */
  readonly path: string;
  readonly text: string;
}
/** Something in a file that there are checks for. */
export type Subject =
  | { readonly kind: 'nad'; readonly object: PlacedValue }
  | { readonly kind: 'pod'; readonly object: PlacedValue; /** Of the pod inside the object: [] for a pod itself. */ readonly pod: Path }
  | { readonly kind: 'configuration'; readonly value: PlacedValue }
  /** Of a daemon: what a pod's default network is may be said elsewhere. */
  | { readonly kind: 'daemon'; readonly value: PlacedValue };

export interface Read {
  readonly subjects: readonly Subject[];
  readonly findings: readonly Finding[];
}

/** What there is to check in a file: YAML with any number of documents, JSON, or a CNI configuration. */
export function readSubjects({ path, text }: InputFile): Read {
  const file = placedFile(path, text);
  return /\.(json|conf|conflist)$/i.test(path) ? readJson(file, /\.(conf|conflist)$/i.test(path)) : readYaml(file);
}

const nothing: Read = { subjects: [], findings: [] };

const joined = (parts: readonly Read[]): Read => ({
  subjects: parts.flatMap(({ subjects }) => subjects),
  findings: parts.flatMap(({ findings }) => findings),
});

function readJson(file: PlacedText, isConfiguration: boolean): Read {
  if (file.text.trim() === '') return nothing;
  try {
    parseJson(file.text, 'it');
  } catch (thrown) {
    return { subjects: [], findings: [jsonFinding(file, asPlexusError(thrown).message)] };
  }
  const value = placedJson(file);
  const read = isConfiguration ? { subjects: [{ kind: 'configuration', value } as const], findings: [] } : readValue(value);
  return { subjects: read.subjects, findings: [...(read.subjects.length > 0 ? repeatedFindings(file) : []), ...read.findings] };
}

function jsonFinding(text: PlacedText, message: string): Finding {
  const position = / at position (\d+)/.exec(message)?.[1];
  const end = text.text.trimEnd().length;
  const at = position === undefined ? (message.includes('end of JSON') ? end : 0) : Math.min(Number(position), end);
  return finding(syntax, placeIn(text, at, at + 1), message.replace(/^it is not a JSON object: /, 'this is not JSON: ').replaceAll(/\s+/g, ' '));
}

function readYaml(file: PlacedText): Read {
  const documents = parseAllDocuments(file.text, { lineCounter: new LineCounter(), logLevel: 'silent' });
  if (!Array.isArray(documents)) return nothing; // an empty file
  const broken = documents.flatMap((document) => document.errors).at(0);
  if (broken === undefined) return joined(documents.map((document: Document.Parsed) => readDocument(file, document)));
  const isTemplate = /\{\{.*\}\}/s.test(file.text);
  const place = placeIn(file, broken.pos[0], broken.pos[1]);
  const [problem = ''] = broken.message.split('\n');
  return {
    subjects: [],
    findings: [isTemplate ? finding(template, place, 'this is a template, not YAML: it is not checked') : finding(syntax, place, yamlText(problem))],
  };
}

// the library adds the place, which stands in front already
const yamlText = (problem: string): string => `this is not YAML: ${problem.replace(/ at line \d+, column \d+:?$/, '')}`;

function readDocument(file: PlacedText, document: Document.Parsed): Read {
  try {
    return readValue(placedDocument(file, document, document.toJS()));
  } catch (thrown) {
    const text = `this is not YAML: ${problemOf(thrown)}`; // aliases that blow up
    return { subjects: [], findings: [finding(syntax, placeIn(file, document.range[0], document.range[0] + 1), text)] };
  }
}

const templates: Readonly<Record<string, Path>> = {
  Pod: [],
  PodTemplate: ['template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};
const withTemplate = ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Job'];

function readValue(value: PlacedValue): Read {
  if (!isJsonObject(value.value)) return nothing;
  const { kind, items } = value.value;
  if (typeof kind !== 'string') return readBare(value);
  if (kind.endsWith('List') && Array.isArray(items)) return joined(items.map((_, index) => readValue(value.at(['items', index]))));
  const pod = templates[kind] ?? (withTemplate.includes(kind) ? ['spec', 'template'] : undefined);
  if (kind === 'ConfigMap') return readConfigMap(value);
  if (kind !== nadKind && pod === undefined) return nothing;
  const wrong = objectFinding(value, kind);
  if (wrong !== undefined) return { subjects: [], findings: [wrong] };
  return { subjects: [pod === undefined ? { kind: 'nad', object: value } : { kind: 'pod', object: value, pod }], findings: nameFindings(value) };
}

function objectFinding(object: PlacedValue, kind: string): Finding | undefined {
  const name = valueAt(object.value, ['metadata', 'name']) ?? valueAt(object.value, ['metadata', 'generateName']);
  if (typeof name !== 'string' || name === '') return finding(objectInvalid, placeOf(object, ['metadata'], 'key'), `${kind} has no metadata.name`);
  const namespace = valueAt(object.value, ['metadata', 'namespace']) ?? '';
  if (typeof namespace === 'string') return undefined;
  return finding(objectInvalid, placeOf(object, ['metadata', 'namespace']), `metadata.namespace of ${kind} ${name} is not a string: quote it`);
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Names that no API server takes; what a template or an overlay is to replace is left to it. */
function nameFindings(object: PlacedValue): readonly Finding[] {
  const wrong = (key: string, isName: (text: string) => boolean, allowed: string): readonly Finding[] => {
    const text = valueAt(object.value, ['metadata', key]);
    if (typeof text !== 'string' || text === '' || /\{\{|\$/.test(text) || isName(text)) return [];
    return [finding(objectInvalid, placeOf(object, ['metadata', key]), `metadata.${key} ${JSON.stringify(text)} is not ${allowed}`)];
  };
  return [
    ...wrong(
      'name',
      (text) => text.length <= 253 && subdomain.test(text),
      'the name of an object: lower-case letters, digits, "-" and ".", at most 253 of them',
    ),
    ...wrong('namespace', (text) => text.length <= 63 && label.test(text), 'the name of a namespace: lower-case letters, digits and "-", at most 63 of them'),
  ];
}

/** A document that is no Kubernetes object: a network configuration, perhaps. */
function readBare(value: PlacedValue): Read {
  const { type, plugins, cniVersion } = value.value as Readonly<Record<string, unknown>>;
  const isConfiguration = Array.isArray(plugins) || (typeof type === 'string' && (typeof cniVersion === 'string' || isMetaPlugin(type)));
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
  try {
    const value = placedJson(text);
    return daemonFiles.includes(name) ? { subjects: [{ kind: 'daemon', value }], findings: [] } : readBare(value);
  } catch (thrown) {
    // files of other programs have names like these as well
    return isMeant ? { subjects: [], findings: [jsonFinding(text, asPlexusError(thrown).message)] } : nothing;
  }
}

function readDaemonYaml(text: PlacedText): Read {
  const [document] = parseAllDocuments(text.text, { logLevel: 'silent' }) as readonly (Document.Parsed | undefined)[];
  const [error] = document?.errors ?? [];
  if (document === undefined || document.contents === null) return nothing;
  if (error !== undefined)
    return { subjects: [], findings: [finding(syntax, placeIn(text, error.pos[0], error.pos[1]), yamlText(error.message.split('\n')[0] ?? ''))] };
  return { subjects: [{ kind: 'daemon', value: placedDocument(text, document, document.toJS()) }], findings: [] };
}
