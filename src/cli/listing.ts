import { type Column, type TableStyle, headingsOf } from '../view/index.ts';
import { flag } from './on-node.ts';
import { parseTemplate } from './template.ts';
import { type Shown, json, paintFor, print, say } from './output.ts';

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

/** A listing: its data, its table, and the names of its objects. */
export interface ObjectListing extends Pick<Shown, 'data'> {
  readonly text: (style: TableStyle) => string;
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
  const style = tableStyle(options);
  return print(output === 'json' || output === 'yaml' ? output : 'table', {
    data: listing.data,
    text: () => listing.text(style),
  });
}

/** How tables appear on this terminal. */
const tableStyle = ({ output, headers, 'sort-by': sortBy }: ListingArguments): TableStyle => ({
  ...terminalStyle(),
  isWide: output === 'wide',
  hasHeading: headers,
  ...(sortBy !== undefined && { sortBy }),
});

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

/** The lines of a listing's table or names, for a watch. Lists without rows have no line. */
export function listingLines(
  options: ListingArguments,
  { text: textOf, names }: Pick<ObjectListing, 'text' | 'names'>,
  isFirst: boolean,
): readonly string[] {
  if (options.output === 'name') return names();
  const style = tableStyle(options);
  return textOf({ ...style, hasHeading: isFirst && options.headers }).split('\n');
}

/** Checks the options of a listing that can be watched, for yargs. */
export const checkWatch = ({ output, watch }: ListingArguments & { readonly watch: boolean }): true | string =>
  !watch || ['table', 'wide', 'name'].includes(output) || '--watch prints tables (-o table, wide) and names only';
