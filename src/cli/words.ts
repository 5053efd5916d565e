/**
 * Brings words of kubectl into the form that yargs parses: -o jsonpath=TEMPLATE becomes -o jsonpath --template
 * TEMPLATE, and trace pod/NAME becomes trace pod NAME.
 */
export const wordsForParser = (words: readonly string[]): readonly string[] =>
  words.flatMap((word, index) => {
    if (word === '-') return ['/dev/stdin']; // yargs drops a lone -.
    return templateWords(word, words[index - 1]) ?? (words[0] === 'trace' ? objectWords(word) : [word]);
  });

function templateWords(word: string, before: string | undefined): readonly string[] | undefined {
  const [, flag = '', template] = /^(--output=|-o=?)?jsonpath=(.*)$/s.exec(word) ?? [];
  if (template === undefined) return undefined;
  const values = ['jsonpath', `--template=${template}`];
  if (flag !== '') return ['-o', ...values];
  return before === '-o' || before === '--output' ? values : undefined;
}

function objectWords(word: string): readonly string[] {
  const [, kind, name] = /^(po|pods?|sandbox)\/(.+)$/.exec(word) ?? [];
  return name === undefined ? [word] : [kind === 'sandbox' ? kind : 'pod', name];
}

/** The pod that an argument names: NAME, NAMESPACE/NAME, pod/NAME or pod/NAMESPACE/NAME. */
export function podNamed(word: string): { readonly name: string; readonly namespace?: string } {
  const [name = '', namespace] = word
    .replace(/^(po|pods?)\//, '')
    .split('/')
    .toReversed();
  return { name, ...(namespace !== undefined && { namespace }) };
}

/** The words of an option; none if it is not set. */
export const flag = (name: string, value: string | number | boolean | undefined): readonly string[] =>
  value === undefined || value === false ? [] : value === true ? [`--${name}`] : [`--${name}`, String(value)];

/** The words of a command line that a shell completes, with --option=VALUE as two words. Bash passes "=" as a word. */
export const wordsToComplete = (words: readonly string[]): readonly string[] =>
  words.flatMap((word, index) => {
    const isLast = index === words.length - 1;
    if (word === '=') return isLast ? [''] : [];
    const [, option, value] = /^(--?[\w-]+)=(.*)$/s.exec(word) ?? [];
    return option === undefined || value === undefined ? [word] : [option, value];
  });
