import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import type { KubeObject } from './api-server/index.ts';

const run = promisify(execFile);
const source = join(import.meta.dirname, '../deploy/render-chart.go');
const gocode = '/usr/share/gocode';

/** Why charts cannot be rendered here; undefined if they can. */
export const whyNoChart = (): Promise<string | undefined> =>
  readdir(join(gocode, 'src/github.com/Masterminds/sprig'))
    .then(() => run('go', ['version']))
    .then(
      () => undefined,
      () => 'Go or sprig is missing (Debian: golang-go, golang-github-masterminds-sprig-dev, golang-gopkg-yaml.v3-dev)',
    );

/** Builds the renderer into a folder and returns its path. Slow if Go has not built its libraries before. */
export async function buildChartRenderer(folder: string): Promise<string> {
  const program = join(folder, 'render-chart');
  const env = {
    ...process.env,
    GO111MODULE: 'off',
    GOPATH: gocode,
    GOFLAGS: '',
    GOCACHE: process.env['GOCACHE'] ?? join(folder, 'cache'),
  };
  await run('go', ['build', '-o', program, source], { env });
  return program;
}

type Values = Record<string, unknown>;

/** The objects of a chart with its values, deeply merged with `change`, and its NOTES. */
export async function renderChart(
  renderer: string,
  folder: string,
  change: Values = {},
): Promise<{ readonly objects: readonly KubeObject[]; readonly notes: string }> {
  const names = await readdir(join(folder, 'templates'));
  const templates = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, 'templates', name), 'utf8')])),
  );
  const chart = parse(await readFile(join(folder, 'Chart.yaml'), 'utf8')) as {
    name: string;
    version: string;
    appVersion: string;
  };
  const values = merged(parse(await readFile(join(folder, 'values.yaml'), 'utf8')) as Values, change);
  const data = {
    Values: values,
    Release: { Name: 'plexus', Namespace: 'kube-system', Service: 'Helm' },
    Chart: { Name: chart.name, Version: chart.version, AppVersion: chart.appVersion },
  };
  const running = run(renderer, [], { maxBuffer: 16 * 1024 * 1024 });
  running.child.stdin?.end(JSON.stringify({ templates, data }));
  const rendered = JSON.parse((await running).stdout) as Record<string, string>;
  const { 'NOTES.txt': notes = '', ...manifests } = rendered;
  const objects = Object.entries(manifests).flatMap(([name, text]) =>
    parseAllDocuments(text).map((document) => {
      if (document.errors.length > 0) throw new Error(`${name}: ${document.errors.join('; ')}\n${text}`);
      return document.toJS() as KubeObject;
    }),
  );
  return { objects, notes };
}

const isTable = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merged(one: Values, other: Values): Values {
  const pairs = Object.entries(other).map(([key, value]) => [
    key,
    isTable(value) && isTable(one[key]) ? merged(one[key], value) : value,
  ]);
  return { ...one, ...(Object.fromEntries(pairs) as Values) };
}
