import { type Column, type TableStyle, headingsOf } from '../view/index.ts';
import { parseTemplate } from './template.ts';
import { type Shown, json, msSince, paintFor, print, say } from './output.ts';
import { flag } from './words.ts';

/** The options of commands that list objects, as in kubectl. */
export interface ListingArguments {
  readonly output: string;
  readonly template?: string | undefined;
  readonly headers: boolean;
  readonly 'sort-by'?: string | undefined;
}

const text = { type: 'string', requiresArg: true } as const;

export const listingOptions = {
  output: {
    ...text,
    alias: 'o',
    choices: ['table', 'wide', 'name', 'json', 'yaml', 'jsonpath'],
    default: 'table',
    describe: 'Output format; jsonpath=TEMPLATE fills in a template of kubectl',
  },
  template: { ...text, hidden: true },
  headers: { type: 'boolean', default: true, describe: 'Print the headings of a table; --no-headers leaves them out' },
  'sort-by': { ...text, describe: 'Sort the table by the column with this heading' },
} as const;

/** The words of these options, for plexus on a node. */
export const listingFlags = ({ output, template, headers, 'sort-by': sortBy }: ListingArguments): readonly string[] => [
  ...flag('output', output),
  ...(template === undefined ? [] : [`--template=${template}`]),
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

/** Prints a listing in the requested form. */
export async function printListing(options: ListingArguments, listing: ObjectListing): Promise<void> {
  const { output, template = '' } = options;
  if (output === 'jsonpath') {
    const { fillTemplate } = await import('./json-path.ts');
    return say(fillTemplate(template, JSON.parse(json(listing.data))));
  }
  if (output === 'name') return say(listing.names().join('\n'));
  const style = listingStyle(options);
  return print(output === 'json' || output === 'yaml' ? output : 'table', {
    data: listing.data,
    text: () => listing.text(style),
  });
}

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
  ({ output, template, 'sort-by': sortBy }: ListingArguments): true => {
    const headings = headingsOf(columns).map((each) => each.toLowerCase());
    if (sortBy !== undefined && !headings.includes(sortBy.toLowerCase()))
      throw new Error(`--sort-by ${sortBy}: no such column; choose one of ${headings.join(', ')}`);
    if (output !== 'jsonpath') return true;
    if (template === undefined) throw new Error('-o jsonpath needs a template: -o jsonpath=TEMPLATE');
    parseTemplate(template);
    return true;
  };

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
