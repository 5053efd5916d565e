import { type JsonObject, type NetworkConfiguration, parseConfiguration } from '../cni/index.ts';
import { asPlexusError, is, nadInvalid } from '../errors/index.ts';
import { type Nad, nadConfiguration, nadGroup, nadKey, nadKind, nadVersion, parseNad } from '../npwg/index.ts';
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
} from './finding.ts';
import { brokenAt, isJson, repeatedKeys, trimmed } from './json-text.ts';
import { identityFinding, nameFindings } from './kinds.ts';
import { configFindings } from './misplaced-keys.ts';
import { textAt, valueAt } from './values.ts';

/** A NetworkAttachmentDefinition as far as it could be judged. */
export interface JudgedNad extends CheckedConfiguration {
  /** namespace/name; absent when it has no name. */
  readonly key?: string;
  /** Absent when Plexus cannot read it. */
  readonly nad?: Nad;
  /** Absent also when a file of the node is meant. */
  readonly configuration?: NetworkConfiguration;
}

const configPath = ['spec', 'config'];
const unreadable = (findings: readonly Finding[]): JudgedNad => ({ findings, networks: [], ipams: [] });

/** Judges a NetworkAttachmentDefinition, as Plexus reads it. Never throws. */
export function judgeNad(object: unknown): JudgedNad {
  const name = textAt(object, ['metadata', 'name']) ?? '';
  const namespace = textAt(object, ['metadata', 'namespace']) ?? '';
  const key = nadKey({ namespace: namespace === '' ? 'default' : namespace, name });
  return { ...judged(object), ...(name !== '' && { key }) };
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
    ...(value === allowed ? [] : [finding(apiVersion, ['apiVersion'], { value, allowed }, versionText)]),
    ...extra.map((key) => {
      const text = `spec must not have key ${JSON.stringify(key)}: only "config" is allowed`;
      return finding(keyUnknown, keyAt(['spec', key]), { key }, text);
    }),
  ];
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
  // what is about the whole configuration is about its text, not about the key
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
