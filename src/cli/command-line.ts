import yargs, { type Argv } from 'yargs';
import { is, nothingLookedAt } from '../errors/index.ts';
import { commandNamed, commandTable } from './command-table.ts';
import { type ExitStatus, outliveReaders, reportFailure, say } from './output.ts';
import { versionText } from './version-text.ts';
import { wordsForParser, wordsToComplete } from './words.ts';

/**
 * Runs one command of `plexus`, called by the name `program`. Returns the exit status: 0 done, 1 the command failed, 2
 * invalid arguments.
 */
export async function runCommandLine(given: readonly string[], program = 'plexus'): Promise<ExitStatus> {
  outliveReaders([process.stdout, process.stderr]);
  const words = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  if (isForOverview(words)) {
    const { overviewHelp } = await import('./overview-help.ts');
    say(overviewHelp(program, helpWidth()));
    return 0;
  }
  const isCompletion = words.some((word) => completionFlags.includes(word));
  const [first = ''] = words;
  const isKnown = first.startsWith('-') ? words.some(commandNamed) : commandNamed(first) !== undefined;
  if (isKnown || isCompletion || words.includes('--version'))
    return runParser({ given: words, parsed: isCompletion ? wordsToComplete(words) : wordsForParser(words) }, program);
  const rest = words.filter((word) => !word.startsWith('-'));
  const { unknownCommand } = await import('./unknown-command.ts');
  return reportMisuse(rest.length === 0 ? 'Specify a command.' : unknownCommand(rest, program), program);
}

/** What yargs reports for the template of -o jsonpath=TEMPLATE if a command has no such form; see words.ts. */
const withoutTemplate = 'Unknown argument: template';
const noTemplate = 'This command has no -o jsonpath. Its help lists the forms of --output.';
const completionFlags = ['--get-yargs-completions', '--getYargsCompletions'];
const isForOverview = (words: readonly string[]): boolean => words.every((word) => word === '--help' || word === '-h');
const helpWidth = (): number => Math.min(100, process.stdout.columns || 100); // Some terminals report 0.

interface Words {
  readonly given: readonly string[];
  readonly parsed: readonly string[];
}

async function runParser({ given: words, parsed }: Words, program: string): Promise<ExitStatus> {
  let misuse: string | undefined;
  let status: ExitStatus = 0;
  const parser = yargs(parsed)
    .scriptName(program)
    .usage('$0 <command>\n\nPlexus attaches Kubernetes pods to several networks.')
    .demandCommand(1, 'Specify a command.')
    .middleware(lastOfEach)
    .strict()
    .version(versionText())
    .help()
    .alias('h', 'help')
    .epilogue(
      'Exit status: 0 success, 1 the command failed, 2 wrong usage, unless the help of the command states otherwise.',
    )
    .exitProcess(false)
    .wrap(helpWidth())
    .fail((message: string | null, error) => {
      misuse = message === withoutTemplate ? noTemplate : (message ?? undefined); // Null if a command itself failed.
      throw error ?? new Error(message ?? 'unknown');
    });
  await addCommands(parser, words, (each) => void (status = each));
  try {
    await parser.parseAsync();
    return status;
  } catch (thrown) {
    if (misuse !== undefined) return reportMisuse(misuse, program);
    reportFailure(thrown, { isComponent: words.some((word) => commandNamed(word)?.group === 'internal') });
    return is(thrown, nothingLookedAt) ? 2 : 1;
  }
}

/** Loads the commands that the command line names. Of the others, only completion needs the names. */
async function addCommands(parser: Argv, words: readonly string[], end: (status: ExitStatus) => void): Promise<void> {
  for (const { name, aliases, usage, describe, group, register } of commandTable)
    if (words.some((word) => word === name || aliases.includes(word))) await register(parser, end);
    else if (group !== 'internal') parser.command(usage, describe);
}

const repeatable = [
  '_',
  'files',
  'as-group',
  'asGroup',
  'device',
  'sandboxes',
  'get-yargs-completions',
  'getYargsCompletions',
];

// If an option is repeated, the last one wins, as everywhere.
function lastOfEach(given: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(given))
    if (Array.isArray(value) && !repeatable.includes(key)) given[key] = value.at(-1);
}

function reportMisuse(problem: string, program: string): 2 {
  process.stderr.write(`plexus: ${problem}\nSee: ${program} --help\n`);
  return 2;
}
