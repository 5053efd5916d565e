import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { isNode, nodeVersions, runChecks } from '../doctor/index.ts';
import { fileJournal } from '../journal/index.ts';
import { attachmentRows, worstFirst } from '../view/index.ts';
import { checksFor, type DoctorArguments, scenesFor } from './doctor-checks.ts';
import { fetchRecentOperations } from './recent-operations.ts';
import { repairableRecord } from './repair.ts';
import { type DumpSource, maskedKeysIn } from './sysdump-files.ts';
import { versionText } from './version-text.ts';

/** What a sysdump reads on a node; undefined if this machine is not a node. */
export interface NodeDump {
  readonly sources: readonly DumpSource[];
  readonly maskedKeys: readonly string[];
}

const graceMs = 500;

/** Finds what to read on this machine. `configFile`: the configuration of the daemon, if this process can read it. */
export async function nodeDump(args: DoctorArguments, configFile: string): Promise<NodeDump | undefined> {
  const { node } = await scenesFor({ ...args, end: 'node' }, process.env);
  if (node === undefined || !(await isNode(node.places))) return undefined;
  const { stateDir, socket } = node.places;
  const daemonConfig = await readFile(configFile, 'utf8').then(documentOf, () => undefined);
  const files = async () =>
    (await node.confFolders()).flatMap(({ folder, entries }) =>
      entries.map(({ name, owner, text }) => ({ file: `${folder}/${name}`, owner, content: documentOf(text) })),
    );
  const configuration = async () => ({
    ...(daemonConfig !== undefined && { [configFile]: daemonConfig }),
    cni: await files(),
    stored: (await node.standIn().catch(() => undefined))?.settings,
  });
  const sources: readonly DumpSource[] = [
    {
      name: 'versions.json',
      holds: 'versions of program, daemon, host link and shim, and the kernel',
      read: async (signal) => ({
        program: versionText(),
        runtime: process.versions,
        platform: `${process.platform} ${process.arch}`,
        components: await nodeVersions(node, signal),
      }),
    },
    { name: 'configuration.json', holds: 'CNI configurations and settings of the daemon', read: configuration },
    {
      name: 'doctor.json',
      holds: 'findings of plexus doctor --end node',
      read: async () => findingsOf({ ...args, end: 'node' }),
    },
    {
      name: 'attachments.json',
      holds: "attachments in the daemon's journal",
      read: async () => {
        const { found, damaged } = await fileJournal(`${stateDir}/journal`).list(repairableRecord);
        return { attachments: attachmentRows(found), damaged: damaged.map(({ message }) => message) };
      },
    },
    {
      name: 'operations.json',
      holds: 'recent operations of the daemon, step by step',
      read: async () => (await fetchRecentOperations(socket, {})).operations,
    },
  ];
  return { sources, maskedKeys: maskedKeysIn(await configuration().catch(() => daemonConfig)) };
}

async function findingsOf(args: DoctorArguments): Promise<unknown> {
  return worstFirst(await runChecks(await checksFor(args, process.env), { checkMs: args.timeout * 1000, graceMs }));
}

/** The value of a YAML or JSON document; the text itself if it cannot be parsed. */
export function documentOf(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, logLevel: 'error' }) as unknown;
  } catch {
    return text;
  }
}
