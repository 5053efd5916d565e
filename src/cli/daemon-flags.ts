import type { Options } from 'yargs';
import { type JsonObject, type JsonValue, parseJson } from '../cni/index.ts';
import { settingsInvalid } from '../errors/index.ts';
import { daemonProperties } from '../service/index.ts';
import { settingsProperties } from '../plan/index.ts';

interface Property {
  readonly type?: string;
  readonly anyOf?: readonly { readonly type: string }[];
  readonly description?: string;
  readonly default?: unknown;
}

const properties: Readonly<Record<string, Property>> = { ...daemonProperties, ...settingsProperties };

/** logLevel → log-level; auxiliaryCNIChainName → auxiliary-cni-chain-name. */
const flagOf = (key: string): string =>
  key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();

/** logLevel → PLEXUS_LOG_LEVEL. */
const variableOf = (key: string): string => `PLEXUS_${flagOf(key).toUpperCase().replaceAll('-', '_')}`;

/** Defines one flag for each key of the configuration, or for the given keys. */
export const daemonFlags = (keys: readonly string[] = Object.keys(properties)): Record<string, Options> =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([key]) => keys.includes(key))
      .map(([key, { description, default: value }]) => [
        flagOf(key),
        {
          type: 'string',
          requiresArg: true,
          describe: `${description ?? ''}${value === undefined ? '' : ` (default: ${JSON.stringify(value)})`}`,
        } satisfies Options,
      ]),
  );

/** The keys set by flags. Throws settingsInvalid, which names the flag. */
export const fromFlags = (args: Readonly<Record<string, unknown>>): JsonObject =>
  valuesFrom(
    (key) => args[flagOf(key)],
    (key) => `--${flagOf(key)}`,
  );

/** The keys set by the environment. Throws settingsInvalid, which names the variable. */
export const fromEnvironment = (env: NodeJS.ProcessEnv): JsonObject =>
  valuesFrom((key) => env[variableOf(key)], variableOf);

function valuesFrom(read: (key: string) => unknown, nameOf: (key: string) => string): JsonObject {
  const pairs = Object.entries(properties).flatMap(([key, property]): [string, JsonValue][] => {
    const text = read(key);
    return typeof text === 'string' ? [[key, valueOf(text, property, nameOf(key))]] : [];
  });
  return Object.fromEntries(pairs);
}

const isSwitch = (text: string): boolean => text === 'true' || text === 'false';

/** The type of the value in a text. If a boolean or a list is allowed, the text determines which. */
function kindOf(text: string, { type, anyOf = [] }: Property): string {
  if (type !== undefined) return type;
  if (!anyOf.some((each) => each.type === 'boolean')) return 'string';
  return isSwitch(text) ? 'boolean' : 'array';
}

function valueOf(text: string, property: Property, name: string): JsonValue {
  const refused = (wanted: string) =>
    settingsInvalid({ path: [name], problem: `${JSON.stringify(text)} is not allowed: it must be ${wanted}` });
  switch (kindOf(text, property)) {
    case 'boolean':
      if (!isSwitch(text)) throw refused('true or false');
      return text === 'true';
    case 'number':
    case 'integer':
      if (text.trim() === '' || !Number.isFinite(Number(text))) throw refused('a number');
      return Number(text);
    case 'array':
      return text.trimStart().startsWith('[') ? parseJson(text, name) : text.split(',').map((each) => each.trim());
    case 'object':
      return parseJson(text, name);
    default:
      return text;
  }
}
