import { didYouMean } from '../plan/index.ts';
import { commandNamed, commandTable } from './command-table.ts';

const verbs = ['get', 'describe', 'list', 'show', 'top', 'logs'];

/** The message for words of which the first is no command, with the command that the user probably means. */
export function unknownCommand(words: readonly string[], program: string): string {
  const [word = '', ...objects] = words;
  const meant = verbs.includes(word) ? ofObject(word, objects) : nearest(word);
  return `Unknown command: ${word}${meant === undefined ? '' : `. Did you mean ${program} ${meant}?`}`;
}

const names = commandTable.filter(({ group }) => group !== 'internal').flatMap((each) => [each.name, ...each.aliases]);

/** The command that a mistyped one is nearest to: a few letters away, or with letters in another order. */
const nearest = (word: string): string | undefined =>
  didYouMean(word, names) ?? names.find((name) => lettersOf(name) === lettersOf(word));

const lettersOf = (word: string): string => Array.from(word).toSorted().join('');

/** The command for a verb of kubectl: `get pods` is pods; `describe pod NAME` and `describe pod/NAME` are pod NAME. */
function ofObject(verb: string, objects: readonly string[]): string | undefined {
  const [kind = '', name] = objects.flatMap((each) => each.split('/'));
  if (verb === 'logs') return kind === '' ? undefined : `trace pod ${kind}`;
  if (['po', 'pod', 'pods'].includes(kind)) return name === undefined ? 'pods' : `pod ${name}`;
  if (/^(net-?attach-?def|networkattachmentdef|nad|network)/.test(kind)) return 'networks';
  return commandNamed(kind)?.name;
}
