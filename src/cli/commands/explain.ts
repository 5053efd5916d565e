import type { Argv } from 'yargs';
import { identifierUnknown } from '../../errors/index.ts';
import { didYouMean } from '../../plan/index.ts';
import { explanationText } from '../../view/index.ts';
import type { CommandBody } from '../command-table.ts';
import { type ExitStatus, type Format, outputOption, print, runSearch } from '../output.ts';

interface Options {
  readonly identifier?: string | undefined;
  readonly output: Format;
}

export const explainCommand = (end: (status: ExitStatus) => void): CommandBody<Options> => ({
  builder: (yargs): Argv<Options> =>
    yargs
      .positional('identifier', { type: 'string', describe: 'For example PLX-PLUGIN-MISSING; the case is ignored' })
      .option('output', outputOption)
      .example('$0 explain PLX-PLUGIN-MISSING', 'Meaning, fix, and how to find the cause')
      .epilogue('Exit status: 0 success, 2 no such identifier.'),
  handler: ({ identifier, output }) =>
    runSearch(end, async () => {
      const { explanations, sections } = await import('../explanations.gen.js');
      if (identifier === undefined) {
        const ids = Object.keys(explanations);
        await print(output, { data: ids, text: () => ids.join('\n') });
        return 0;
      }
      const id = identifier.toUpperCase();
      const entry = explanations[id] ?? explanations[`PLX-${id}`];
      if (entry === undefined)
        throw identifierUnknown({ identifier: id, meant: didYouMean(id, Object.keys(explanations)) });
      const pages = entry.sections.flatMap((index) => sections[index] ?? []);
      const data = { id: explanations[id] === undefined ? `PLX-${id}` : id, ...entry, sections: pages };
      await print(output, { data, text: () => explanationText(data) });
      return 0;
    }),
});
