import type { Argv, CommandModule } from 'yargs';
import { networksText, problemCount } from '../../view/index.ts';
import { type ScopeArguments, scopeOptions } from '../cluster-options.ts';
import { type ExitStatus, type Format, runSearch, outputOption, paintFor, print } from '../output.ts';
import { readTopology } from '../read-topology.ts';

interface Options extends ScopeArguments {
  readonly output: Format;
}

export const networksCommand = (end: (status: ExitStatus) => void): CommandModule<object, Options> => ({
  command: 'networks',
  aliases: ['nets'],
  describe: 'Show the networks of a cluster: origin, plugins, subnets and number of pods',
  builder: (yargs): Argv<Options> =>
    yargs
      .options(scopeOptions)
      .option('output', outputOption)
      .example('$0 networks', "The networks that pods of the context's namespace can use or do use")
      .example('$0 networks -A -o yaml', 'All of them, for a script')
      .epilogue('Exit status: 0 success, 2 failure.'),
  handler: ({ output, ...scope }) =>
    runSearch(end, async () => {
      const topology = await readTopology(scope);
      const data = topology.networks.map((each) => ({
        ...each,
        problems: each.problems.map((index) => topology.problems[index]),
      }));
      const count = problemCount(topology.problems);
      const text = () =>
        `${networksText(topology, paintFor(process.stdout, process.env))}${count === undefined ? '' : `\n\n${count}: see pods --problems`}`;
      await print(output, { data, text });
      return 0;
    }),
});
