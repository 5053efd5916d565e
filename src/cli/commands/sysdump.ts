import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Argv } from 'yargs';
import { connectForViews } from '../../cluster/index.ts';
import { fileFailed, notOnNode } from '../../errors/index.ts';
import { defaultSocket } from '../../install/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ClusterArguments, clusterOptions, requestSignal, sourceFor } from '../cluster-options.ts';
import { daemonPlaceOptions } from '../daemon-place-options.ts';
import { type NodeArguments, nodeOptions } from '../node-options.ts';
import { json, say } from '../output.ts';
import { type Dump, type DumpFile, usualLimits } from '../sysdump-files.ts';
import { versionText } from '../version-text.ts';

interface Options extends ClusterArguments, NodeArguments {
  readonly node?: string | undefined;
  readonly output?: string | undefined;
  readonly json: boolean;
  readonly config: string;
  readonly 'cni-dir'?: string | undefined;
  readonly socket?: string | undefined;
}

const text = { type: 'string', requiresArg: true } as const;
const probeMs = 15_000;
const doctorS = 10;

export const sysdumpCommand: CommandBody<Options> = {
  builder: (yargs): Argv<Options> =>
    yargs
      .option('output', { ...text, alias: 'o', describe: 'The archive to write; default: plexus-sysdump-TIME.tar.gz' })
      .option('node', { ...text, describe: 'Only this node, its daemon and its pods; default: up to 20 nodes' })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'Print the files of this node as JSON and write no archive; how daemons answer this command',
      })
      .option('config', { ...text, default: '/etc/plexus/plexus.yaml', describe: "The daemon's configuration" })
      .options(daemonPlaceOptions)
      .options(nodeOptions)
      .options(clusterOptions)
      .example('$0 sysdump', 'Anywhere with a kubeconfig: the cluster and its nodes')
      .example('$0 sysdump --node worker-3 --output bug.tar.gz', 'One node')
      .epilogue(
        'The file CONTENTS of the archive lists what it holds, what is masked and what could not be read. See docs/commands.md.',
      ),
  handler: async (options) => {
    const dump = await dumpFor(options);
    if (options.json) return say(json(dump));
    const now = new Date();
    const { contentsText } = await import('../sysdump-files.ts');
    const contents = contentsText(dump, { program: versionText(), now });
    const name = `plexus-sysdump-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    const file = options.output ?? `${name}.tar.gz`;
    await writeArchive(file, name, now, [{ name: 'CONTENTS', holds: '', text: contents }, ...dump.files]);
    const { length } = dump.missing;
    say(
      `wrote ${file}: ${dump.files.length} files${length === 0 ? '' : `; ${length} missing, with the reason in CONTENTS`}`,
    );
  },
};

/** Reads this node if it is one, and the cluster if there is one. Rejects if there is neither. */
async function dumpFor(options: Options): Promise<Dump> {
  const { 'request-timeout': readMs = usualLimits.readMs } = options;
  const limits = { ...usualLimits, readMs };
  const [{ joinDumps, readDump, reasonOf }, { nodeDump }] = await Promise.all([
    import('../sysdump-files.ts'),
    import('../sysdump-node.ts'),
  ]);
  const { kubeconfig, root, node, config, socket = defaultSocket } = options;
  const folders = { root, 'cni-conf-dir': options['cni-conf-dir'], 'cni-bin-dir': options['cni-bin-dir'] };
  const places = { ...folders, 'cni-dir': options['cni-dir'], socket, kubeconfig };
  const here =
    node === undefined
      ? await nodeDump(
          { ...places, end: 'node', http: process.env['PLEXUS_HTTP'] ?? '127.0.0.1:9913', timeout: doctorS },
          config,
        )
      : undefined;
  const ofNode = here && (await readDump(here.sources, limits, here.maskedKeys));
  if (options.json) {
    if (ofNode === undefined)
      throw notOnNode({ what: 'it has no CNI configuration, no state and no socket of Plexus' });
    return joinDumps([ofNode], limits);
  }
  const local = ofNode === undefined ? [] : [withPrefix('this-node/', ofNode)];
  try {
    return joinDumps([...local, ...(await clusterDumps(options, limits))], limits);
  } catch (error) {
    if (ofNode === undefined) throw error;
    return joinDumps([...local, { files: [], missing: [{ name: 'cluster/', reason: reasonOf(error) }] }], limits);
  }
}

async function clusterDumps(options: Options, limits: typeof usualLimits): Promise<readonly Dump[]> {
  const source = sourceFor(options, process.env);
  const views = await connectForViews(source);
  await views.probe(requestSignal(options, probeMs));
  const { dumpCluster } = await import('../sysdump-cluster.ts');
  return dumpCluster({ source, views, node: options.node, limits });
}

function withPrefix(prefix: string, { files, missing }: Dump): Dump {
  const named = <T extends { readonly name: string }>(each: T): T => ({ ...each, name: `${prefix}${each.name}` });
  return { files: files.map(named), missing: missing.map(named) };
}

/** Writes the archive, readable only by its owner. */
async function writeArchive(file: string, folder: string, mtime: Date, files: readonly DumpFile[]): Promise<void> {
  const { packTar } = await import('modern-tar');
  const entries = files.map(({ name, text: content }) => {
    const body = Buffer.from(content);
    return {
      header: { name: `${folder}/${name}`, size: body.length, mode: 0o600, mtime, type: 'file' as const },
      body,
    };
  });
  const bytes = await promisify(gzip)(await packTar(entries));
  await writeFile(file, bytes, { mode: 0o600 }).catch((error: unknown) => {
    throw fileFailed({ file, action: 'write' }, error);
  });
}
