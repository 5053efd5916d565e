import { type ConfFile, type JsonObject, isJsonObject, parseJsonObject } from '../cni/index.ts';
import { type Labels, type Nad, type NadRef, nadKey } from '../npwg/index.ts';
import type { Settings } from '../plan/index.ts';
import { checkDuplicates, checkSharedSubnets } from './check-set.ts';
import type { Finding } from './finding.ts';
import { isJson } from './json-text.ts';
import { type CheckDaemon, judgeConfiguration, judgeSettings } from './judge-configuration.ts';
import { type JudgedNad, judgeNad } from './judge-nad.ts';
import { judgePod, nadsOfPod } from './judge-pod.ts';
import { judgePolicy, labelsOfName } from './judge-policy.ts';
import type { Subject } from './objects.ts';
import { isJsonTemplate, templateNote, withTemplatesNoted } from './placeholders.ts';
import { type PlacedFinding, placed, sorted } from './places.ts';
import { type NadInFile, podContexts, podSettings } from './pod-contexts.ts';
import { type InputFile, readSubjects } from './subjects.ts';
import { textAt, valueAt } from './values.ts';
import type { PlacedValue } from './yaml-position.ts';

/** The files that were read, with what to check in them. */
export interface FileSet {
  readonly subjects: readonly Subject[];
  readonly findings: readonly PlacedFinding[];
  readonly files: readonly InputFile[];
}
export interface ValidateOptions {
  /** The node's configuration, as the runtime passes it on; pods are planned with it. */
  readonly config?: JsonObject;
  /**
   * The cluster's networks by namespace/name. An `undefined` value: the cluster does not have it. Absent: no cluster
   * was queried.
   */
  readonly clusterNads?: ReadonlyMap<string, Nad | undefined>;
  readonly checkDaemon?: CheckDaemon;
  /** The settings of the daemon, instead of those of `config`. */
  readonly settings?: Settings;
  /** Labels of namespaces, in addition to those of Namespace objects among the files. */
  readonly namespaces?: ReadonlyMap<string, Labels>;
}

export function readFiles(files: readonly InputFile[]): FileSet {
  const read = files.map(readSubjects);
  return {
    files,
    subjects: read.flatMap(({ subjects }) => subjects),
    findings: read.flatMap(({ findings }) => findings),
  };
}

interface NadSubject extends NadInFile {
  readonly source: PlacedValue;
}

const nadsIn = ({ subjects }: FileSet): readonly NadSubject[] =>
  subjects
    .filter(({ kind }) => kind === 'nad')
    .map(({ value }) => ({ source: value, file: value.file, judged: judgeNad(value.value) }));

/** The namespaces of the NetworkAttachmentDefinitions among the files. */
export const nadNamespaces = (set: FileSet): readonly string[] => [
  ...new Set(nadsIn(set).flatMap(({ judged: { nad } }) => nad?.namespace ?? [])),
];

/** Returns the NetworkAttachmentDefinitions that pods name and that no file contains, to be read from a cluster. */
export function wantedNads(set: FileSet, config?: JsonObject): readonly NadRef[] {
  const known = new Set(nadsIn(set).flatMap(({ judged: { nad } }) => (nad === undefined ? [] : [nadKey(nad)])));
  const settings = podSettings(config);
  const wanted = set.subjects.flatMap(({ kind, value }) => (kind === 'pod' ? nadsOfPod(value.value, settings) : []));
  return [...new Map(wanted.map((ref) => [nadKey(ref), ref])).values()].filter((ref) => !known.has(nadKey(ref)));
}

/**
 * Checks all files and returns the findings in the order of the files. Throws settingsInvalid if `config` is invalid.
 */
export function validate(set: FileSet, options: ValidateOptions = {}): readonly PlacedFinding[] {
  const { config, clusterNads, checkDaemon, namespaces, settings = podSettings(config) } = options;
  const nads = nadsIn(set);
  const contextOf = podContexts(nads, {
    settings,
    clusterNads: [...(clusterNads ?? [])].filter(([, nad]) => nad !== undefined),
    isWhole: clusterNads !== undefined,
    files: configurationFiles(set.files),
  });
  const judge = ({ kind, value: { value, file } }: Subject): readonly Finding[] => {
    if (kind === 'pod') return judgePod(value, contextOf(file));
    if (kind === 'configuration') return judgeConfiguration(value, file);
    return kind === 'daemon' ? judgeSettings(value, checkDaemon, file) : [];
  };
  const findings = [
    ...set.findings,
    ...nads.flatMap(({ judged, source }) =>
      [
        ...judged.findings,
        ...policyFindings(judged, set, { settings, ...(namespaces !== undefined && { namespaces }) }),
      ].map((each) => placedInNad(each, source)),
    ),
    ...set.subjects.flatMap((subject) => judge(subject).map((each) => placed(each, subject.value))),
    ...checkDuplicates(set.subjects.flatMap(({ kind, value }) => (kind === 'nad' || kind === 'pod' ? [value] : []))),
    ...checkSharedSubnets(nads),
  ];
  return sorted(withTemplatesNoted(findings, set.files));
}

function policyFindings(
  judged: JudgedNad,
  { subjects }: FileSet,
  { settings, namespaces }: { readonly settings: Settings; readonly namespaces?: ReadonlyMap<string, Labels> },
): readonly Finding[] {
  const { namespace } = judged.nad ?? {};
  const { pluginPolicies: policies } = settings;
  if (namespace === undefined || policies.length === 0) return [];
  const inFiles = subjects
    .filter(({ kind }) => kind === 'namespace')
    .map(({ value }) => value.value)
    .find((object) => textAt(object, ['metadata', 'name']) === namespace);
  const labels = { ...namespaces?.get(namespace), ...textsAt(inFiles), ...labelsOfName(namespace) };
  return judgePolicy(judged, { labels, policies });
}

const textsAt = (object: unknown): Labels =>
  Object.fromEntries(
    Object.entries(Object(valueAt(object, ['metadata', 'labels']))).filter(
      (each): each is [string, string] => typeof each[1] === 'string',
    ),
  );

/**
 * Places a finding about a NetworkAttachmentDefinition. A spec.config that is not JSON may become JSON once its
 * placeholders are replaced.
 */
function placedInNad(found: Finding, nad: PlacedValue): PlacedFinding {
  const text = found.characters === undefined ? '' : (nad.textAt(found.path)?.text ?? '');
  const note = placed(found, nad);
  return isJsonTemplate(text, isJson) && !isJson(text) ? templateNote(note, text) : note;
}

/**
 * Returns the network configurations among the files, by their `name`, because a NetworkAttachmentDefinition may refer
 * to one (NPWG-08).
 */
const configurationFiles = (
  files: readonly InputFile[],
): readonly { readonly name: string; readonly file: ConfFile }[] =>
  files
    .filter(({ path }) => /\.(conf|conflist)$/.test(path))
    .flatMap(({ path, text }) => {
      const name = nameIn(text);
      return name === undefined ? [] : [{ name, file: { path, content: { text } } }];
    });

function nameIn(text: string): string | undefined {
  try {
    const { name } = parseJsonObject(text, 'it');
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined; // reported when the file itself is checked
  }
}

/**
 * Extracts the plugin of a node's configuration that is Plexus or Multus, as the runtime passes it on. Returns a single
 * configuration unchanged.
 */
export function nodeConfig(text: string, source: string): JsonObject {
  const json = parseJsonObject(text, source);
  const { plugins, name, cniVersion } = json;
  if (!Array.isArray(plugins)) return json;
  const listed = plugins.filter(isJsonObject);
  const ours = listed.find(({ type }) => typeof type === 'string' && /^(plexus|multus)/.test(type)) ?? listed[0] ?? {};
  return { ...ours, ...(name !== undefined && { name }), ...(cniVersion !== undefined && { cniVersion }) };
}
