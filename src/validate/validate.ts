import { type ConfFile, type JsonObject, isJsonObject, parseJsonObject } from '../cni/index.ts';
import { type Nad, type NadRef, nadKey } from '../npwg/index.ts';
import { type Settings, parseSettings } from '../plan/index.ts';
import { type CheckedNad, checkNad } from './check-nad.ts';
import { podContexts } from './pod-contexts.ts';
import { type PodSubject, checkPod, selectedNads } from './check-pod.ts';
import { type VmSubject, checkVm, nadsOfVm } from './check-vm.ts';
import { checkDuplicates, checkSharedSubnets } from './check-set.ts';
import { type CheckDaemon, checkConfigurationFile, checkDaemonFile } from './check-settings.ts';
import { type Finding, sorted } from './finding.ts';
import type { Subject } from './objects.ts';
import { withTemplatesNoted } from './placeholders.ts';
import { type InputFile, readSubjects } from './subjects.ts';

/** Files that have been read: what there is to check in them. */
export interface FileSet {
  readonly subjects: readonly Subject[];
  readonly findings: readonly Finding[];
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

const podsIn = ({ subjects }: FileSet): readonly PodSubject[] => subjects.filter((each) => each.kind === 'pod');

const vmsIn = ({ subjects }: FileSet): readonly VmSubject[] => subjects.filter((each) => each.kind === 'vm');

const nadsIn = ({ subjects }: FileSet): readonly CheckedNad[] =>
  subjects.flatMap((each) => (each.kind === 'nad' ? [checkNad(each.object)] : []));

/** The NetworkAttachmentDefinitions that pods name and that are not among the files: what a cluster is asked for. */
export function wantedNads(set: FileSet, config?: JsonObject): readonly NadRef[] {
  const known = new Set(nadsIn(set).flatMap(({ nad }) => (nad === undefined ? [] : [nadKey(nad)])));
  const settings = settingsFor(config);
  const wanted = [...podsIn(set).flatMap((pod) => selectedNads(pod, settings)), ...vmsIn(set).flatMap(nadsOfVm)];
  return [...new Map(wanted.map((ref) => [nadKey(ref), ref])).values()].filter((ref) => !known.has(nadKey(ref)));
}

/** Everything that is wrong in the files, in their order. settingsInvalid when `config` is. */
export function validate(set: FileSet, { config, clusterNads, checkDaemon }: ValidateOptions = {}): readonly Finding[] {
  const settings = settingsFor(config);
  const nads = nadsIn(set);
  const contextOf = podContexts(nads, {
    settings,
    clusterNads: [...(clusterNads ?? [])].filter(([, nad]) => nad !== undefined),
    isWhole: clusterNads !== undefined,
    files: configurationFiles(set.files),
  });
  const objects = set.subjects.flatMap((subject) => ('object' in subject ? [subject.object] : []));
  return sorted(
    withTemplatesNoted(
      [
        ...set.findings,
        ...nads.flatMap(({ findings }) => findings),
        ...podsIn(set).flatMap((pod) => checkPod(pod, contextOf(pod.object.file))),
        ...vmsIn(set).flatMap((vm) => checkVm(vm, contextOf(vm.object.file))),
        ...set.subjects.flatMap((subject) => checkFile(subject, checkDaemon)),
        ...checkDuplicates(objects),
        ...checkSharedSubnets(nads),
      ],
      set.files,
    ),
  );
}

function checkFile(subject: Subject, checkDaemon: CheckDaemon | undefined): readonly Finding[] {
  switch (subject.kind) {
    case 'configuration':
      return checkConfigurationFile(subject.value);
    case 'daemon':
      return checkDaemonFile(subject.value, checkDaemon);
    case 'nad':
    case 'pod':
    case 'vm':
      return [];
  }
}

const standIn: JsonObject = { cniVersion: '1.0.0', name: 'default-network-of-the-node', type: 'see-option-config' };

/** The node's settings; its default network is not among the files, and a stand-in takes its place. */
function settingsFor(config: JsonObject | undefined): Settings {
  const { settings } = parseSettings(config ?? { delegates: [standIn] });
  const { clusterNetwork: named, auxiliaryCNIChainName: _, ...rest } = settings;
  return {
    ...rest,
    delegates: named === undefined ? rest.delegates : [standIn],
    defaultNetworks: [],
    invalidAnnotation: 'fail',
  };
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
