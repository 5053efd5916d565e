import type { JsonObject } from '../cni/index.ts';
import {
  type RequestField,
  type SelectionField,
  maxNetworksEver,
  nameFields,
  orAbsent,
  selectionFields,
} from '../npwg/index.ts';
import { withPart } from './page-part.ts';

// What docs say of the elements of a networks annotation, from the table that the parser uses.

type Described = Partial<RequestField> & Pick<SelectionField, 'meaning' | 'schema'>;

const all: Readonly<Record<string, Described>> = {
  ...nameFields,
  ...selectionFields,
};

/** docs/networks.md with its table of fields. Throws when the marks are missing. */
export function networksPage(page: string): string {
  const rows = Object.entries(all).map(
    ([name, field]) =>
      `| \`${name}\` | ${meaningOf(field)} | ${field.capability === undefined ? '' : `\`${field.capability}\``} | ${othersOf(field)} |`,
  );
  return withPart(
    page,
    'fields',
    ['| key | meaning | capability | other ways to the plugins |', '| --- | --- | --- | --- |', ...rows].join('\n'),
  );
}

const meaningOf = ({ meaning, aliases = [] }: Described): string =>
  [meaning, ...aliases.map((alias) => `\`${alias}\` is its deprecated name`)].join('; ');

/** Where plugins find a value, other than in runtimeConfig. */
function othersOf({ cniArgsKey, argsKey, pluginArgs }: Described): string {
  const ways = [
    ...(cniArgsKey === undefined ? [] : [`\`${cniArgsKey}=\` in CNI_ARGS`]),
    ...(argsKey === undefined ? [] : [`\`args.cni.${argsKey}\` where no other is open`]),
    ...(pluginArgs === undefined ? [] : ['`args.cni`']),
  ];
  return ways.join(', ');
}

const required = ['name'];

/** docs/schemas/networks-annotation.schema.json: the JSON form of the annotation, for editors and other programs. */
export function annotationSchema(): string {
  const properties = Object.entries(all).flatMap(([name, { meaning, schema, aliases = [], isEmptyAbsent }]) => {
    const values = required.includes(name) ? schema : orAbsent(schema, isEmptyAbsent === true);
    const described = { description: withoutLinks(meaning), ...values };
    // an alias counts only when the right name is absent, so whatever stands there may be ignored
    return [[name, described], ...aliases.map((alias) => [alias, { description: `Deprecated: use ${name}.` }])];
  });
  const schema: JsonObject = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Networks annotation',
    description:
      'The value of the annotation k8s.v1.cni.cncf.io/networks in its JSON form. Plexus reads keys in any case and ignores unknown ones; this schema knows the documented spelling.',
    type: 'array',
    maxItems: maxNetworksEver,
    items: { type: 'object', required, properties: Object.fromEntries(properties) as JsonObject },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

const withoutLinks = (markdown: string): string => markdown.replaceAll(/ \(\[[^\]]*\]\([^)]*\)\)/g, '');
