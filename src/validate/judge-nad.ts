import { type JsonObject, type NetworkConfiguration, parseConfiguration } from '../cni/index.ts';
import { asPlexusError, is, nadInvalid } from '../errors/index.ts';
import {
  type Nad,
  nadConfiguration,
  nadGroup,
  nadKey,
  nadKind,
  nadVersion,
  parseNad,
  requireUseKey,
} from '../npwg/index.ts';
import { checkAnnotations, nadAnnotations } from './check-annotations.ts';
import { type CheckedConfiguration, checkConfiguration, within } from './check-configuration.ts';
import {
  type Finding,
  apiVersion,
  finding,
  findingOf,
  inside,
  isOfPlexus,
  keyAt,
  keyUnknown,
  nodeFile,
  valueInvalid,
} from './finding.ts';
import { firstOfEachRule } from './first-few.ts';
import { brokenAt, isJson, repeatedKeys, trimmed } from './json-text.ts';
import { identityFinding, nameFindings } from './kinds.ts';
import { configFindings } from './misplaced-keys.ts';
import { textAt, valueAt } from './values.ts';

/** The findings about a NetworkAttachmentDefinition, and what could be read of it. */
export interface JudgedNad extends CheckedConfiguration {
  /** namespace/name; absent if it has no name. */
  readonly key?: string;
  /** Absent if Plexus cannot read it. */
  readonly nad?: Nad;
  /** Also absent if it refers to a file of the node. */
  readonly configuration?: NetworkConfiguration;
}

const configPath = ['spec', 'config'];
const unreadable = (findings: readonly Finding[]): JudgedNad => ({ findings, networks: [], ipams: [] });

/** Checks a NetworkAttachmentDefinition with the parser that Plexus uses. Never throws. */
export function judgeNad(object: unknown): JudgedNad {
  const name = textAt(object, ['metadata', 'name']) ?? '';
  const namespace = textAt(object, ['metadata', 'namespace']) ?? '';
  const key = nadKey({ namespace: namespace === '' ? 'default' : namespace, name });
  const { findings, ...more } = judged(object);
  return { ...more, findings: firstOfEachRule(findings), ...(name !== '' && { key }) };
}

function judged(object: unknown): JudgedNad {
  const nameless = identityFinding(object, nadKind);
  if (nameless !== undefined) return unreadable([nameless]);
  const outer = [...nameFindings(object), ...objectFindings(object)];
  try {
    const { findings, ...more } = judgeConfig(parseNad(object));
    return { ...more, findings: [...outer, ...findings] };
  } catch (thrown) {
    const error = asPlexusError(thrown);
    const path = is(error, nadInvalid) ? error.context.path : configPath; // or it is too large
    return unreadable([...outer, findingOf(error, keyAt(path))]);
  }
}

function objectFindings(object: unknown): readonly Finding[] {
  const value = valueAt(object, ['apiVersion']);
  const allowed = `${nadGroup}/${nadVersion}`;
  const versionText = `apiVersion ${JSON.stringify(value) ?? 'is missing'}: it must be ${allowed}`;
  const spec = valueAt(object, ['spec']);
  const extra = typeof spec === 'object' && spec !== null ? Object.keys(spec).filter((key) => key !== 'config') : [];
  return [
    ...checkAnnotations(object, ['metadata', 'annotations'], nadAnnotations),
    ...configFindings(object),
    ...useFindings(object),
    ...(value === allowed ? [] : [finding(apiVersion, ['apiVersion'], { value, allowed }, versionText)]),
    ...extra.map((key) => {
      const text = `spec must not have key ${JSON.stringify(key)}: only "config" is allowed`;
      return finding(keyUnknown, keyAt(['spec', key]), { key }, text);
    }),
  ];
}

/** A value other than these requires the permission, but the author may have meant the opposite. */
function useFindings(object: unknown): readonly Finding[] {
  const path = ['metadata', 'annotations', requireUseKey];
  const value = valueAt(object, path);
  if (value === undefined || value === 'true' || value === 'false') return [];
  const text = `${requireUseKey} is ${JSON.stringify(value)}: it must be "true" or "false"`;
  return [finding(valueInvalid, path, { value, allowed: '"true" or "false"' }, text)];
}

function judgeConfig(nad: Nad): JudgedNad {
  const { config: text, name, resourceName, resourceClaim } = nad;
  const source = `NetworkAttachmentDefinition ${nadKey(nad)}`;
  if (text === undefined) {
    const note = `${source} has no spec.config: the node needs a file with a network named ${JSON.stringify(name)}`;
    return { ...unreadable([finding(nodeFile, keyAt(configPath), { network: name }, note)]), nad };
  }
  let json: JsonObject | undefined;
  try {
    json = nadConfiguration(nad);
  } catch (thrown) {
    const characters = isJson(text) ? ([0, text.length] as const) : brokenAt(text);
    return unreadable([findingOf(asPlexusError(thrown), { path: configPath, characters })]);
  }
  const getsDevice = (resourceName ?? resourceClaim) !== undefined;
  const checked = checkConfiguration(json, { source, defaultName: name, getsDevice });
  // a finding about the whole configuration has the place of its text, not of the key
  const whole = checked.findings.map((each) => (each.path.length > 0 ? each : { ...each, characters: trimmed(text) }));
  const { findings, networks, ipams } = within(configPath, { ...checked, findings: whole });
  return {
    findings: [...findings, ...inside(configPath, repeatedKeys(text))],
    networks,
    ipams,
    ...(json !== undefined &&
      !findings.some(isOfPlexus) && { nad, configuration: parseConfiguration(json, { source }) }),
  };
}
