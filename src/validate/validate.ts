import { type ConfFile, type JsonObject, isJsonObject, parseJsonObject } from '../cni/index.ts';
import { type Nad, type NadRef, nadKey } from '../npwg/index.ts';
import { checkDuplicates, checkSharedSubnets } from './check-set.ts';
import type { Finding } from './finding.ts';
import { isJson } from './json-text.ts';
import { type CheckDaemon, judgeConfiguration, judgeSettings } from './judge-configuration.ts';
import { judgeNad } from './judge-nad.ts';
import { judgePod, nadsOfPod } from './judge-pod.ts';
import type { Subject } from './objects.ts';
import { isJsonTemplate, templateNote, withTemplatesNoted } from './placeholders.ts';
import { type PlacedFinding, placed, sorted } from './places.ts';
import { type NadInFile, podContexts, podSettings } from './pod-contexts.ts';
import { type InputFile, readSubjects } from './subjects.ts';
import type { PlacedValue } from './yaml-position.ts';

/** Files that have been read: what there is to check in them. */
export interface FileSet {
  readonly subjects: readonly Subject[];
  readonly findings: readonly PlacedFinding[];
  readonly files: readonly InputFile[];
}
export interface ValidateOptions {
  /** The node's configuration, as the runtime hands it over: pods are planned with it. */
  readonly config?: JsonObject;
  /** Of a cluster, by namespace/name; `undefined` value: looked for and not there. Absent: nobody was asked. */
  readonly clusterNads?: ReadonlyMap<string, Nad | undefined>;
  readonly checkDaemon?: CheckDaemon;
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

/** The NetworkAttachmentDefinitions that pods name and that are not among the files: what a cluster is asked for. */
export function wantedNads(set: FileSet, config?: JsonObject): readonly NadRef[] {
  const known = new Set(nadsIn(set).flatMap(({ judged: { nad } }) => (nad === undefined ? [] : [nadKey(nad)])));
  const settings = podSettings(config);
  const wanted = set.subjects.flatMap(({ kind, value }) => (kind === 'pod' ? nadsOfPod(value.value, settings) : []));
  return [...new Map(wanted.map((ref) => [nadKey(ref), ref])).values()].filter((ref) => !known.has(nadKey(ref)));
}

/** Everything that is wrong in the files, in their order. settingsInvalid when `config` is. */
export function validate(set: FileSet, options: ValidateOptions = {}): readonly PlacedFinding[] {
  const { config, clusterNads, checkDaemon } = options;
  const nads = nadsIn(set);
  const contextOf = podContexts(nads, {
    settings: podSettings(config),
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
    ...nads.flatMap(({ judged, source }) => judged.findings.map((each) => placedInNad(each, source))),
    ...set.subjects.flatMap((subject) => judge(subject).map((each) => placed(each, subject.value))),
    ...checkDuplicates(set.subjects.flatMap(({ kind, value }) => (kind === 'nad' || kind === 'pod' ? [value] : []))),
    ...checkSharedSubnets(nads),
  ];
  return sorted(withTemplatesNoted(findings, set.files));
}

/** spec.config that is no JSON may become JSON when its placeholders are replaced. */
function placedInNad(found: Finding, nad: PlacedValue): PlacedFinding {
  const text = found.characters === undefined ? '' : (nad.textAt(found.path)?.text ?? '');
  const note = placed(found, nad);
  return isJsonTemplate(text, isJson) && !isJson(text) ? templateNote(note, text) : note;
}

/**
 * Network configurations among the files, by the name they carry: a NetworkAttachmentDefinition may mean one (NPWG-08).
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
    return undefined; // told of where the file itself is checked
  }
}

/**
 * The plugin of a node's configuration that is Plexus or Multus, as the runtime hands it over; a single one as it is.
 */
export function nodeConfig(text: string, source: string): JsonObject {
  const json = parseJsonObject(text, source);
  const { plugins, name, cniVersion } = json;
  if (!Array.isArray(plugins)) return json;
  const listed = plugins.filter(isJsonObject);
  const ours = listed.find(({ type }) => typeof type === 'string' && /^(plexus|multus)/.test(type)) ?? listed[0] ?? {};
  return { ...ours, ...(name !== undefined && { name }), ...(cniVersion !== undefined && { cniVersion }) };
}
