import { type Column, type TableStyle, headingsOf } from '../view/index.ts';
import { parseTemplate } from './template.ts';
import { type Shown, json, msSince, paintFor, print, say } from './output.ts';
import { flag } from './words.ts';

/** The options of commands that print data, as in kubectl. */
export interface DataArguments {
  readonly output: string;
  readonly template?: string | undefined;
}
/** The options of commands that list objects. */
export interface ListingArguments extends DataArguments {
  readonly headers: boolean;
  readonly 'sort-by'?: string | undefined;
}

const text = { type: 'string', requiresArg: true } as const;

/** Options of a command that prints data in these forms. */
const outputIn = <Form extends string>(...choices: readonly Form[]) =>
  ({
    output: {
      ...text,
      alias: 'o',
      choices,
      default: 'table',
      describe: 'Output format; jsonpath=TEMPLATE fills in a template of kubectl',
    },
    template: { ...text, hidden: true },
  }) as const;

/** Options of a command that prints data without names. */
export const dataOptions = outputIn('table', 'json', 'yaml', 'jsonpath');

/** Options of a command that prints data with names that commands take. */
export const namedDataOptions = outputIn('table', 'name', 'json', 'yaml', 'jsonpath');

export const listingOptions = {
  ...outputIn('table', 'wide', 'name', 'json', 'yaml', 'jsonpath'),
  headers: { type: 'boolean', default: true, describe: 'Print the headings of a table; --no-headers leaves them out' },
  'sort-by': { ...text, describe: 'Sort the table by the column with this heading' },
} as const;

/** The words of these options, for plexus on a node. */
export const dataFlags = ({ output, template }: DataArguments): readonly string[] => [
  ...flag('output', output),
  ...(template === undefined ? [] : [`--template=${template}`]),
];
export const listingFlags = ({ headers, 'sort-by': sortBy, ...form }: ListingArguments): readonly string[] => [
  ...dataFlags(form),
  ...flag('no-headers', !headers),
  ...flag('sort-by', sortBy),
];

/** How a listing appears; `msSince` returns the milliseconds since a time in ISO 8601. */
export interface ListingStyle extends TableStyle {
  readonly msSince: (time: string) => number;
}

/** A listing: its data, its table, and the names of its objects. */
export interface ObjectListing extends Pick<Shown, 'data'> {
  readonly text: (style: ListingStyle) => string;
  /** Names that plexus takes as arguments. */
  readonly names: () => readonly string[];
}

/** Data, the same as text for people, and the names in it. */
export interface NamedData extends Shown {
  readonly names: () => readonly string[];
}

/** Prints data in the requested form. */
export async function printData(
  { output, template = '' }: DataArguments,
  { names, ...shown }: Shown & Partial<NamedData>,
): Promise<void> {
  if (output === 'jsonpath') {
    const { fillTemplate } = await import('./json-path.ts');
    return say(fillTemplate(template, JSON.parse(json(shown.data))));
  }
  if (output === 'name' && names !== undefined) {
    const all = names();
    if (all.length > 0) say(all.join('\n'));
    return;
  }
  return print(output === 'json' || output === 'yaml' ? output : 'table', shown);
}

/** Prints a listing in the requested form. */
export const printListing = (options: ListingArguments, { text: textOf, ...listing }: ObjectListing): Promise<void> =>
  printData(options, { ...listing, text: () => textOf(listingStyle(options)) });

/** How a listing appears on this terminal, now. */
const listingStyle = ({ output, headers, ...order }: ListingArguments): ListingStyle => ({
  ...terminalStyle(),
  ...sortStyle(order),
  isWide: output === 'wide',
  hasHeading: headers,
  msSince,
});

const sortStyle = ({ 'sort-by': sortBy }: Pick<ListingArguments, 'sort-by'>): Pick<TableStyle, 'sortBy'> =>
  sortBy === undefined ? {} : { sortBy };

/** Checks the options of a listing with these columns, for yargs. */
export const checkListing =
  (columns: readonly (string | Column)[]) =>
  ({ 'sort-by': sortBy, ...form }: ListingArguments): true => {
    const headings = headingsOf(columns).map((each) => each.toLowerCase());
    if (sortBy !== undefined && !headings.includes(sortBy.toLowerCase()))
      throw new Error(`--sort-by ${sortBy}: no such column; choose one of ${headings.join(', ')}`);
    return checkTemplate(form);
  };

/** Checks the template of -o jsonpath, for yargs. */
export function checkTemplate({ output, template }: DataArguments): true {
  if (output !== 'jsonpath') return true;
  if (template === undefined) throw new Error('-o jsonpath needs a template: -o jsonpath=TEMPLATE');
  parseTemplate(template);
  return true;
}

/** Colours and width of the terminal; a file or pipe has neither. */
export const terminalStyle = (): Pick<TableStyle, 'paint' | 'width'> => ({
  paint: paintFor(process.stdout, process.env),
  ...(process.stdout.isTTY && process.stdout.columns > 0 && { width: process.stdout.columns }),
});

/** Shows a listing: the first time all of it, later the rows that have changed since the time before. */
export function listingWatch(options: ListingArguments): (listing: Omit<ObjectListing, 'data'>) => void {
  const startedAt = Date.now();
  // Ages, widths and headings change although the object does not.
  const still: ListingStyle = { isWide: true, ...sortStyle(options), msSince: (time) => startedAt - Date.parse(time) };
  let before: ReadonlySet<string> | undefined;
  return ({ text, names }) => {
    const isFirst = before === undefined;
    const lines = (style: ListingStyle): readonly string[] =>
      options.output === 'name' ? names() : text({ ...style, hasHeading: isFirst && options.headers }).split('\n');
    const keys = lines(still).map((line) => line.replaceAll(/ +/g, ' '));
    const fresh = lines(listingStyle(options)).filter((_, index) => before?.has(keys[index] ?? '') !== true);
    if (fresh.length > 0) say(fresh.join('\n'));
    before = new Set(keys);
  };
}
