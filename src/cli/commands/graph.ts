import { writeFile } from 'node:fs/promises';
import type { Argv } from 'yargs';
import { fileFailed } from '../../errors/index.ts';
import {
  type Picture,
  type PictureOptions,
  pictureOf,
  topologyDot,
  topologyMermaid,
  topologySvg,
} from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ScopeArguments, scopeOptions } from '../cluster-options.ts';
import { type ExitStatus, json, runSearch, say } from '../output.ts';
import { readTopology } from '../read-topology.ts';

interface Options extends ScopeArguments {
  readonly output: string;
  readonly file?: string | undefined;
  readonly group: PictureOptions['group'];
}

const drawings: Readonly<Record<string, (picture: Picture) => string>> = {
  svg: topologySvg,
  mermaid: topologyMermaid,
  dot: topologyDot,
};
const groupings: readonly PictureOptions['group'][] = ['auto', 'always', 'never'];

export const graphCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .options(scopeOptions)
      .option('output', {
        alias: 'o',
        requiresArg: true,
        choices: [...Object.keys(drawings), 'json'],
        default: 'svg',
        describe: 'Output format',
      })
      .option('file', {
        alias: 'f',
        type: 'string',
        requiresArg: true,
        describe: 'Write to this file instead of stdout',
      })
      .option('group', {
        choices: groupings,
        default: 'auto' as const,
        describe: 'Draw the pods of one workload as one row; auto: with more than 60 pods; no effect on json',
      })
      .example('$0 graph -A --file networks.svg', 'A picture of the cluster, for light and dark backgrounds')
      .example('$0 graph -n shop -o mermaid', 'For a document on GitHub or GitLab')
      .epilogue('Exit status: 0 success, 2 failure.'),
  handler: ({ output, file, group, ...scope }) =>
    runSearch(end, async () => {
      const topology = await readTopology(scope);
      const text = drawings[output]?.(pictureOf(topology, { group })) ?? json(topology);
      if (file === undefined) say(text);
      else await write(file, text);
      return 0;
    }),
});

const write = (file: string, text: string): Promise<void> =>
  writeFile(file, text.endsWith('\n') ? text : `${text}\n`).catch((error: unknown) => {
    throw fileFailed({ file, action: 'write' }, error);
  });
