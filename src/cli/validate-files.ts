import { readFile, readdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { connect } from '../cluster/index.ts';
import { loadConfiguration, parseDaemonOptions } from '../service/index.ts';
import { fileUnusable, problemOf } from '../errors/index.ts';
import { type Nad, nadKey } from '../npwg/index.ts';
import {
  type FileSet,
  type InputFile,
  type PlacedFinding,
  nadNamespaces,
  nodeConfig,
  podSettings,
  readFiles,
  sarifLog,
  validate,
  wantedNads,
} from '../validate/index.ts';
import { type Paint, validationText } from '../view/index.ts';
import { type ClusterArguments, requestSignal, sourceFor } from './cluster-options.ts';
import { readStdin } from './stdin.ts';
import { versionText } from './version-text.ts';

export interface ValidateRun extends ClusterArguments {
  readonly files: readonly string[];
  readonly config?: string | undefined;
  readonly policy?: string | undefined;
  readonly cluster: boolean;
  readonly output: string;
  readonly strict: boolean;
  readonly paint: Paint;
}

/** Checks files. Returns the text to print, and whether a problem was found. Rejects if the files cannot be checked. */
export async function runValidate(run: ValidateRun): Promise<{ readonly text: string; readonly failed: boolean }> {
  const inputs = eachOnce((await Promise.all(run.files.map(inputsAt))).flat());
  const config = run.config === undefined ? undefined : nodeConfig(await read(run.config), run.config);
  const set = readFiles(inputs);
  const found = run.cluster ? await nadsOfCluster(wantedNads(set, config), run) : undefined;
  const settings = run.policy === undefined ? undefined : await daemonSettings(run.policy);
  const namespaces = run.cluster && settings !== undefined ? await labelsOfCluster(nadNamespaces(set), run) : undefined;
  const findings = validate(set, {
    ...(settings !== undefined && { settings }),
    ...(namespaces !== undefined && { namespaces }),
    ...(config !== undefined && { config }),
    ...(found !== undefined && { clusterNads: found }),
    checkDaemon: (each) => parseDaemonOptions(each).warnings,
  });
  const bad = run.strict ? ['error', 'warning'] : ['error'];
  return { text: textOf(findings, set, run), failed: findings.some(({ severity }) => bad.includes(severity)) };
}

/** The settings of the daemon's configuration file, for planning pods. Rejects with the errors of that file. */
async function daemonSettings(file: string): Promise<ReturnType<typeof podSettings>> {
  const { current } = await loadConfiguration({ file, required: true, env: {}, flags: {} }, () => {});
  return podSettings({ clusterNetwork: 'set-elsewhere', ...current().settings });
}

function textOf(findings: readonly PlacedFinding[], { files }: FileSet, { output, paint }: ValidateRun): string {
  if (output === 'json') return JSON.stringify(findings, null, 2);
  if (output === 'sarif') return JSON.stringify(sarifLog(findings, versionText()), null, 2);
  return validationText(findings, files.length, paint);
}

/** Removes duplicates: a file named twice, or one that lies in a folder that was named as well. */
const eachOnce = (inputs: readonly InputFile[]): readonly InputFile[] => [
  ...new Map(inputs.map((each) => [resolve(each.path), each])).values(),
];

async function inputsAt(path: string): Promise<readonly InputFile[]> {
  if (path === '/dev/stdin') return [{ path: 'stdin', text: await readStdin(process.stdin, false) }];
  const info = await stat(path).catch((error: unknown) => {
    throw fileUnusable({ file: path, action: 'read', problem: problemOf(error) }, { cause: error });
  });
  if (!info.isDirectory()) return [{ path, text: await read(path) }];
  return Promise.all(
    (await filesBelow(path)).map(async (file) => ({ path: file, text: await read(file), isFound: true as const })),
  );
}

const extensions = ['.yaml', '.yml', '.json', '.conf', '.conflist'];

/** Files that may contain something to check, sorted by name; skips files of packages and hidden files. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw fileUnusable({ file: folder, action: 'list', problem: problemOf(error) }, { cause: error });
  });
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    else if (extensions.includes(extname(entry.name).toLowerCase())) found.push(path);
  }
  return found;
}

const read = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw fileUnusable({ file, action: 'read', problem: problemOf(error) }, { cause: error });
  });

const clusterMs = 10_000;

async function nadsOfCluster(
  refs: ReturnType<typeof wantedNads>,
  run: ValidateRun,
): Promise<ReadonlyMap<string, Nad | undefined>> {
  const cluster = connect(sourceFor(run, process.env), { forPeople: true });
  const signal = requestSignal(run, clusterMs);
  const found = await Promise.all(refs.map(async (ref) => [nadKey(ref), await cluster.getNad(ref, signal)] as const));
  return new Map(found);
}

async function labelsOfCluster(
  namespaces: readonly string[],
  run: ValidateRun,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const cluster = connect(sourceFor(run, process.env), { forPeople: true });
  const signal = requestSignal(run, clusterMs);
  const found = await Promise.all(
    namespaces.map(async (name) => [name, (await cluster.getNamespaceLabels(name, signal)) ?? {}] as const),
  );
  return new Map(found);
}
