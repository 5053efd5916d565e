import { type JsonObject, type JsonValue, interfaceNameProblem, isJsonObject, nameOfType } from '../cni/index.ts';
import type { Path } from '../errors/index.ts';
import { macProblem, parseCidr, parseIp } from '../npwg/index.ts';
import { didYouMean } from '../plan/index.ts';
import {
  type Finding,
  addressInvalid,
  finding,
  keyAt,
  keyMissing,
  keyRepeated,
  keyUnknown,
  pluginUnknown,
  valueInvalid,
} from './finding.ts';
import { type ValidationError, schemas, validators } from './plugin-schemas.gen.js';
import { firstFew } from './first-few.ts';
import { walk } from './schema-walk.ts';
import { rightLevel } from './misplaced-keys.ts';
import { valueAt } from './values.ts';

/** The findings about a plugin's options, and the options as Go reads them unless they cannot be checked further. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly options?: JsonObject;
}

/** Whether this module knows the options of a plugin. */
export const isKnownPlugin = (type: string): boolean => type !== 'common' && schemas[type] !== undefined;

/** Checks the options of a plugin, or of an IPAM plugin called by `caller`, against the plugin's documentation. */
export function checkOptions(value: unknown, type: string, caller?: string): Checked {
  const kind = caller === undefined ? '' : 'ipam/';
  const own = schemas[`${kind}${type}`];
  if (!isJsonObject(value)) return { findings: [] };
  if (own === undefined)
    return kind === '' ? withoutSchema(value, type) : { findings: [unknownType(type, kind)], options: value };
  const whole = kind === '' ? { ...own, properties: { ...own.properties, ...schemas['common']?.properties } } : own;
  const { canonical, unknown, repeated, formatted } = walk(value, whole);
  const levelOf = (path: Path, key: string): string | undefined =>
    path.length > 1 ? undefined : rightLevel(key, kind === '' ? { ipam: ipamType(value) } : { plugin: caller });
  const findings = [
    ...firstFew(unknown, ({ path, key, known }) => {
      const meant = didYouMean(key, known);
      const text = unknownText(type, key, { known, meant, level: levelOf(path, key) });
      return finding(keyUnknown, keyAt(path), { key, meant }, text);
    }),
    ...firstFew(repeated, (path) => {
      const key = String(path.at(-1));
      const text = `${JSON.stringify(key)} also occurs in another case: the last one takes effect`;
      return finding(keyRepeated, keyAt(path), { key }, text);
    }),
    ...[...(kind === '' ? ['common'] : []), `${kind}${type}`].flatMap((name) => schemaFindings(canonical, name)),
    ...formatted.flatMap(({ path, format, text }) => {
      const allowed = formats[format]?.(text);
      const rule = format === 'interface' ? valueInvalid : addressInvalid;
      return allowed === undefined
        ? []
        : [finding(rule, path, { value: text, allowed }, `${JSON.stringify(text)} is not ${allowed}`)];
    }),
  ];
  return {
    findings,
    ...(isJsonObject(canonical) && !findings.some(({ severity }) => severity === 'error') && { options: canonical }),
  };
}

/** Checks the keys that all plugins share, for a plugin whose other options are unknown. */
function withoutSchema(plugin: JsonObject, type: string): Checked {
  const { canonical } = walk(plugin, schemas['common'] ?? {});
  return { findings: [...schemaFindings(canonical, 'common'), unknownType(type, '')] };
}

function unknownType(type: string, kind: string): Finding {
  const known = Object.keys(schemas).filter(
    (name) => name !== 'common' && name.startsWith('ipam/') === (kind === 'ipam/'),
  );
  const meant = didYouMean(
    type,
    known.map((name) => name.slice(kind.length)),
  );
  const text = `the options of ${kind === '' ? 'plugin' : 'IPAM plugin'} ${JSON.stringify(type)} are unknown and not checked`;
  return finding(pluginUnknown, ['type'], { key: type, meant }, `${text}${meantText(meant)}`);
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
  more: {
    readonly known: readonly string[];
    readonly meant: string | undefined;
    readonly level: string | undefined;
  },
): string => {
  const { known, meant, level } = more;
  if (level !== undefined) return `${type} knows no key ${JSON.stringify(key)}: ${level}`;
  return `${type} knows no key ${JSON.stringify(key)}${meant === undefined ? ` (it knows ${known.join(', ')})` : meantText(meant)}`;
};

function schemaFindings(canonical: JsonValue, name: string): readonly Finding[] {
  const validate = validators[name];
  if (validate === undefined || validate(canonical)) return [];
  // the parser of configurations checks the version
  const errors = (validate.errors ?? []).filter(
    ({ instancePath, keyword }) => instancePath !== '/cniVersion' || keyword !== 'enum',
  );
  const ofWrongType = new Set(
    errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath),
  );
  const apart = errors.filter(({ instancePath, keyword }) => keyword === 'type' || !ofWrongType.has(instancePath));
  return firstFew(apart, (error) => schemaFinding(canonical, error));
}

function schemaFinding(canonical: JsonValue, { instancePath, keyword, params, message }: ValidationError): Finding {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  if (keyword === 'required') {
    const key = String(params['missingProperty']);
    const shownKey = JSON.stringify(key);
    return finding(keyMissing, keyAt(path), { key }, `${shownKey} is missing`, `Add ${shownKey}.`);
  }
  const value = valueAt(canonical, path);
  const allowed = allowedText(keyword, params) ?? message ?? 'valid';
  const text = `${shown(value)} is not allowed: it must be ${allowed}${hintOn(keyword, params, value)}`;
  return finding(valueInvalid, path, { value, allowed }, text);
}

function hintOn(keyword: string, params: ValidationError['params'], value: unknown): string {
  if (keyword === 'type') return `, and is ${nameOfType(value)}`;
  return keyword === 'enum' && typeof value === 'string' ? meantText(didYouMean(value, namesIn(params))) : '';
}

const namesIn = ({ allowedValues }: ValidationError['params']): readonly string[] =>
  (allowedValues as readonly unknown[]).map(String).filter((each) => each !== '');

function allowedText(keyword: string, params: ValidationError['params']): string | undefined {
  const limit = Number(params['limit']);
  switch (keyword) {
    case 'type':
      return withArticle(params['type']);
    case 'enum':
      return namesIn(params).join(' or ');
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

/** Returns a value as JSON, shortened because it may be long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

const macForms = [/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i, /^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/i];

const isIp = (text: string): boolean => parseIp(text) !== undefined;
const isCidr = (text: string): boolean => parseCidr(text) !== undefined;

/** By format: returns what is allowed if a text is invalid. */
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
