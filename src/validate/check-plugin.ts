import { type JsonObject, type JsonValue, interfaceNameProblem, isJsonObject, nameOfType } from '../cni/index.ts';
import { macProblem, parseCidr, parseIp } from '../npwg/index.ts';
import { didYouMean } from '../plan/index.ts';
import {
  type Finding,
  addressInvalid,
  finding,
  keyMissing,
  keyRepeated,
  keyUnknown,
  placeOf,
  pluginUnknown,
  valueInvalid,
} from './finding.ts';
import { type ValidationError, schemas, validators } from './plugin-schemas.gen.js';
import { walk } from './schema-walk.ts';
import { rightLevel } from './misplaced-keys.ts';
import { type Path, type PlacedValue, valueAt } from './yaml-position.ts';

/** A plugin's options as Go reads them; undefined when they cannot be judged further. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly options?: JsonObject;
}

/** Whether the options of a plugin are known here. */
export const isKnownPlugin = (type: string): boolean => type !== 'common' && schemas[type] !== undefined;

/**
 * The options of one plugin, or of an IPAM plugin with the plugin that calls it, against what its documentation says.
 */
export function checkOptions(plugin: PlacedValue, type: string, caller?: string): Checked {
  const kind = caller === undefined ? '' : 'ipam/';
  const own = schemas[`${kind}${type}`];
  const value = plugin.value;
  if (!isJsonObject(value)) return { findings: [] };
  if (own === undefined)
    return kind === '' ? withoutSchema(plugin, type) : { findings: [unknownType(plugin, type, kind)], options: value };
  const whole = kind === '' ? { ...own, properties: { ...own.properties, ...schemas['common']?.properties } } : own;
  const { canonical, unknown, repeated, formatted } = walk(value, whole);
  const levelOf = (path: Path, key: string): string | undefined =>
    path.length > 1 ? undefined : rightLevel(key, kind === '' ? { ipam: ipamType(value) } : { plugin: caller });
  const findings = [
    ...unknown.map(({ path, key, known }) =>
      finding(keyUnknown, placeOf(plugin, path, 'key'), unknownText(type, key, { known, level: levelOf(path, key) })),
    ),
    ...repeated.map((path) =>
      finding(
        keyRepeated,
        placeOf(plugin, path, 'key'),
        `${JSON.stringify(path.at(-1))} also occurs in another case: the last one takes effect`,
      ),
    ),
    ...[...(kind === '' ? ['common'] : []), `${kind}${type}`].flatMap((name) =>
      schemaFindings(plugin, canonical, name),
    ),
    ...formatted.flatMap(({ path, format, text }) => {
      const allowed = formats[format]?.(text);
      const rule = format === 'interface' ? valueInvalid : addressInvalid;
      return allowed === undefined
        ? []
        : [finding(rule, placeOf(plugin, path), `${JSON.stringify(text)} is not ${allowed}`)];
    }),
  ];
  return {
    findings,
    ...(isJsonObject(canonical) && !findings.some(({ severity }) => severity === 'error') && { options: canonical }),
  };
}

/** What every plugin may have is checked of an unknown one too. */
function withoutSchema(plugin: PlacedValue, type: string): Checked {
  const { canonical } = walk(plugin.value as JsonObject, schemas['common'] ?? {});
  return { findings: [...schemaFindings(plugin, canonical, 'common'), unknownType(plugin, type, '')] };
}

function unknownType(plugin: PlacedValue, type: string, kind: string): Finding {
  const known = Object.keys(schemas).filter(
    (name) => name !== 'common' && name.startsWith('ipam/') === (kind === 'ipam/'),
  );
  const meant = didYouMean(
    type,
    known.map((name) => name.slice(kind.length)),
  );
  const text = `the options of ${kind === '' ? 'plugin' : 'IPAM plugin'} ${JSON.stringify(type)} are unknown and not checked`;
  return finding(pluginUnknown, placeOf(plugin, ['type']), `${text}${meantText(meant)}`);
}

const meantText = (meant: string | undefined): string =>
  meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;

function ipamType({ ipam }: JsonObject): string | undefined {
  const type = isJsonObject(ipam) ? ipam['type'] : undefined;
  return typeof type === 'string' ? type : undefined;
}

const unknownText = (
  type: string,
  key: string,
  { known, level }: { readonly known: readonly string[]; readonly level: string | undefined },
): string => {
  if (level !== undefined) return `${type} knows no key ${JSON.stringify(key)}: ${level}`;
  const meant = didYouMean(key, known);
  return `${type} knows no key ${JSON.stringify(key)}${meant === undefined ? ` (it knows ${known.join(', ')})` : meantText(meant)}`;
};

function schemaFindings(plugin: PlacedValue, canonical: JsonValue, name: string): readonly Finding[] {
  const validate = validators[name];
  if (validate === undefined || validate(canonical)) return [];
  // the parser of configurations judges the version
  const errors = (validate.errors ?? []).filter(
    ({ instancePath, keyword }) => instancePath !== '/cniVersion' || keyword !== 'enum',
  );
  const isOfWrongType = (path: string): boolean =>
    errors.some(({ instancePath, keyword }) => instancePath === path && keyword === 'type');
  return errors
    .filter(({ instancePath, keyword }) => keyword === 'type' || !isOfWrongType(instancePath))
    .map((error) => schemaFinding(plugin, canonical, error));
}

function schemaFinding(
  plugin: PlacedValue,
  canonical: JsonValue,
  { instancePath, keyword, params, message }: ValidationError,
): Finding {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  if (keyword === 'required') {
    const key = String(params['missingProperty']);
    return finding(
      keyMissing,
      placeOf(plugin, path, 'key'),
      `${JSON.stringify(key)} is missing`,
      `Add ${JSON.stringify(key)}.`,
    );
  }
  const value = valueAt(canonical, path);
  return finding(
    valueInvalid,
    placeOf(plugin, path),
    `${shown(value)} is not allowed: it must be ${allowedText(keyword, params, value) ?? message ?? 'valid'}`,
  );
}

function allowedText(keyword: string, params: ValidationError['params'], value: unknown): string | undefined {
  const limit = Number(params['limit']);
  switch (keyword) {
    case 'type':
      return `${withArticle(params['type'])}, and is ${nameOfType(value)}`;
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).map(String).filter((each) => each !== '');
      return `${allowed.join(' or ')}${meantText(typeof value === 'string' ? didYouMean(value, allowed) : undefined)}`;
    }
    case 'minimum':
      return `${limit} or more`;
    case 'maximum':
      return `${limit} or less`;
    case 'minLength':
      return 'filled in';
    case 'maxLength':
      return `${limit} characters or fewer`;
    case 'minItems':
      return `a list of ${limit} or more`;
    case 'pattern':
      return `of the form ${String(params['pattern'])}`;
    default:
      return undefined;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'an object',
  array: 'a list',
};

const withArticle = (types: unknown): string =>
  (Array.isArray(types) ? types : [types]).map((each) => typeNames[String(each)] ?? String(each)).join(' or ');

const longest = 60;

/** A value as JSON, cut short: it may be long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

const macForms = [/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i, /^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/i];

const isIp = (text: string): boolean => parseIp(text) !== undefined;
const isCidr = (text: string): boolean => parseCidr(text) !== undefined;

/** By format: what is allowed, when a text is not. */
const formats: Readonly<Record<string, (text: string) => string | undefined>> = {
  ip: (text) => (isIp(text) ? undefined : `an IPv4 or IPv6 address${isCidr(text) ? ', without /prefix' : ''}`),
  cidr: (text) =>
    isCidr(text)
      ? undefined
      : `a network or address with prefix length, such as 10.1.2.0/24${isIp(text) ? ': the /prefix is missing' : ''}`,
  'ip-or-cidr': (text) => (isIp(text) || isCidr(text) ? undefined : 'an address or a network such as 10.1.2.0/30'),
  'whereabouts-range': (text) =>
    isWhereaboutsRange(text) ? undefined : 'a network such as 10.1.2.0/24, or a range such as 10.1.2.10-10.1.2.20/24',
  interface: (text) => {
    const problem = interfaceNameProblem(text);
    return problem === undefined ? undefined : `an interface name: ${problem}`;
  },
  mac: (text) => {
    if (!macForms.some((form) => form.test(text))) return 'a MAC address of six bytes, such as 02:00:00:00:00:01';
    const problem = macProblem(text);
    return problem === undefined ? undefined : `a MAC address that an interface can have: ${problem}`;
  },
};

function isWhereaboutsRange(text: string): boolean {
  const [first = '', last] = text.split('-');
  return last === undefined ? isCidr(first) : isIp(first.trim()) && isCidr(last.trim());
}
