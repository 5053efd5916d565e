import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, parseJson } from '../cni/index.ts';
import { problemOf } from '../errors/index.ts';
import type { DoctorFinding } from './check.ts';

/** The output of `plexus doctor --end node -o json` on a node, or why it cannot be read. */
export type NodeReport = { readonly findings: readonly DoctorFinding[] } | { readonly problem: string };

/** Reports of nodes: files NODE.json of a folder, by node. Rejects as readdir(3) does. */
export async function readNodeReports(folder: string): Promise<ReadonlyMap<string, NodeReport>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const reports = names.map(
    async (name) => [name.slice(0, -'.json'.length), await readReport(join(folder, name))] as const,
  );
  return new Map(await Promise.all(reports));
}

async function readReport(file: string): Promise<NodeReport> {
  try {
    return reportIn(await readFile(file, 'utf8'));
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** The report in a text. Never throws. */
export function reportIn(text: string): NodeReport {
  try {
    const json = parseJson(text, 'report');
    if (!Array.isArray(json)) return { problem: 'it is not a list of findings' };
    return json.every(isFinding)
      ? { findings: json as unknown as readonly DoctorFinding[] }
      : { problem: 'it contains something other than findings' };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

const severities: readonly unknown[] = ['error', 'warning', 'note', 'unknown', 'ok'];
const isText = (value: unknown): boolean => typeof value === 'string';

const isFinding = (value: unknown): boolean =>
  isJsonObject(value) &&
  severities.includes(value['severity']) &&
  ['id', 'what', 'where', 'fix'].every((key) => isText(value[key])) &&
  Array.isArray(value['evidence']) &&
  value['evidence'].every(isText);
