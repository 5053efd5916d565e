import { isJsonObject, isMetaPlugin } from '../cni/index.ts';
import { jsonFinding, yamlFinding } from './broken.ts';
import { isJson } from './json-text.ts';
import { identityFinding, kindOf } from './kinds.ts';
import { type PlacedFinding, placed } from './places.ts';
import { uncheckedFindings } from './unchecked.ts';
import { yamlDocuments } from './yaml-documents.ts';
import { valueAt } from './values.ts';
import { type PlacedText, type PlacedValue, placedDocument, placedJson } from './yaml-position.ts';

/** A part of a file that there are rules for: a Kubernetes object, or a configuration. */
export interface Subject {
  readonly kind: 'nad' | 'pod' | 'namespace' | 'configuration' | 'daemon';
  readonly value: PlacedValue;
}

export interface Read {
  readonly subjects: readonly Subject[];
  readonly findings: readonly PlacedFinding[];
}

export const reported = (...findings: readonly PlacedFinding[]): Read => ({ subjects: [], findings });
export const subject = (kind: Subject['kind'], value: PlacedValue): Read => ({
  subjects: [{ kind, value }],
  findings: [],
});
export const nothing: Read = reported();

export const joined = (parts: readonly Read[]): Read => ({
  subjects: parts.flatMap(({ subjects }) => subjects),
  findings: parts.flatMap(({ findings }) => findings),
});

/** Returns what to check in a document: a Kubernetes object, a List of them, or a network configuration. */
export function readValue(value: PlacedValue): Read {
  if (!isJsonObject(value.value)) return nothing;
  const { kind, items } = value.value;
  if (typeof kind !== 'string') return orUnchecked(readBare(value), value);
  if (kind.endsWith('List') && Array.isArray(items))
    return joined(items.map((_, index) => readValue(value.at(['items', index]))));
  if (kind === 'ConfigMap') return readConfigMap(value);
  if (kind === 'Namespace') return subject('namespace', value); // only its labels are read
  const known = kindOf(value.value);
  if (known === undefined) return orUnchecked(nothing, value);
  const nameless = identityFinding(value.value, kind);
  if (nameless !== undefined) return reported(placed(nameless, value));
  return subject(known.kind === 'nad' ? 'nad' : 'pod', value);
}

const orUnchecked = (read: Read, value: PlacedValue): Read =>
  read.subjects.length > 0 || read.findings.length > 0
    ? read
    : reported(...uncheckedFindings(value.value).map((each) => placed(each, value)));

/** Reads a document that is not a Kubernetes object, for example a network configuration. */
function readBare(value: PlacedValue): Read {
  const { type, plugins, cniVersion } = value.value as Readonly<Record<string, unknown>>;
  const isList =
    Array.isArray(plugins) &&
    (typeof cniVersion === 'string' || plugins.some((each) => isJsonObject(each) && typeof each['type'] === 'string'));
  const isConfiguration =
    isList || (typeof type === 'string' && (typeof cniVersion === 'string' || isMetaPlugin(type)));
  return isConfiguration ? subject('configuration', value) : nothing;
}

/** Files of the daemon, as Plexus and Multus name them. */
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
  // files of other programs may have such names too
  if (!isJson(text.text)) return isMeant ? reported(jsonFinding(text)) : nothing;
  const value = placedJson(text);
  return daemonFiles.includes(name) ? subject('daemon', value) : readBare(value);
}

function readDaemonYaml(text: PlacedText): Read {
  const [first] = yamlDocuments(text);
  if (first === undefined || first.document.contents === null) return nothing;
  if (first.error !== undefined) return reported(yamlFinding(first.text, first.error));
  return subject('daemon', placedDocument(first.text, first.document, first.document.toJS()));
}
