import { asPlexusError, is, nadInvalid } from '../errors/index.ts';
import { type Nad, nadConfiguration, nadGroup, nadKey, nadVersion, parseNad } from '../npwg/index.ts';
import { configFindings } from './misplaced-keys.ts';
import { isJson, placeInJson } from './broken.ts';
import { isJsonTemplate, templateNote } from './placeholders.ts';
import { checkAnnotations, nadAnnotations } from './check-annotations.ts';
import type { Ipam } from './check-ipam.ts';
import { type LinkRanges, checkConfiguration } from './check-configuration.ts';
import {
  type Finding,
  apiVersion,
  finding,
  findingOf,
  keyRepeated,
  keyUnknown,
  nodeFile,
  placeIn,
  placeOf,
} from './finding.ts';
import { type PlacedText, type PlacedValue, placedJson, repeatedKeys, valueAt } from './yaml-position.ts';

/** A NetworkAttachmentDefinition as far as it could be judged. */
export interface CheckedNad {
  readonly findings: readonly Finding[];
  /** Absent when Plexus could not read it. */
  readonly nad?: Nad;
  readonly object: PlacedValue;
  readonly networks: readonly LinkRanges[];
  readonly ipams: readonly Ipam[];
}

/** One NetworkAttachmentDefinition, read as Plexus reads it. */
export function checkNad(object: PlacedValue): CheckedNad {
  const outer = objectFindings(object);
  try {
    const nad = parseNad(object.value);
    const { findings, networks, ipams, isReadable } = checkConfig(object, nad);
    return { findings: [...outer, ...findings], object, networks, ipams, ...(isReadable && { nad }) };
  } catch (thrown) {
    const error = asPlexusError(thrown);
    const path = is(error, nadInvalid) ? error.context.path : ['spec', 'config']; // or it is too large
    return { findings: [...outer, findingOf(error, placeOf(object, path, 'key'))], object, networks: [], ipams: [] };
  }
}

function objectFindings(object: PlacedValue): readonly Finding[] {
  const written = valueAt(object.value, ['apiVersion']);
  const expected = `${nadGroup}/${nadVersion}`;
  const spec = valueAt(object.value, ['spec']);
  const extra = typeof spec === 'object' && spec !== null ? Object.keys(spec).filter((key) => key !== 'config') : [];
  return [
    ...checkAnnotations(object, ['metadata', 'annotations'], nadAnnotations),
    ...configFindings(object),
    ...(written === expected
      ? []
      : [
          finding(
            apiVersion,
            placeOf(object, ['apiVersion']),
            `apiVersion ${JSON.stringify(written) ?? 'is missing'}: it must be ${expected}`,
          ),
        ]),
    ...extra.map((key) =>
      finding(
        keyUnknown,
        placeOf(object, ['spec', key], 'key'),
        `spec must not have key ${JSON.stringify(key)}: only "config" is allowed`,
      ),
    ),
  ];
}

interface CheckedConfig {
  readonly findings: readonly Finding[];
  readonly networks: readonly LinkRanges[];
  readonly ipams: readonly Ipam[];
  readonly isReadable: boolean;
}

function checkConfig(object: PlacedValue, nad: Nad): CheckedConfig {
  const text = object.textAt(['spec', 'config']);
  if (nad.config === undefined || text === undefined) {
    const note = `NetworkAttachmentDefinition ${nadKey(nad)} has no spec.config: the node needs a file with a network named ${JSON.stringify(nad.name)}`;
    return {
      findings: [finding(nodeFile, placeOf(object, ['spec', 'config'], 'key'), note)],
      networks: [],
      ipams: [],
      isReadable: true,
    };
  }
  try {
    nadConfiguration(nad);
  } catch (thrown) {
    const unread = { networks: [], ipams: [], isReadable: false };
    if (isJsonTemplate(text.text, isJson) && !isJson(text.text))
      return { ...unread, findings: [templateNote(placeInJson(text), text.text)] };
    return {
      ...unread,
      findings: [
        findingOf(asPlexusError(thrown), isJson(text.text) ? placeIn(text, 0, text.text.length) : placeInJson(text)),
      ],
    };
  }
  const configuration = placedJson(text);
  const source = `NetworkAttachmentDefinition ${nadKey(nad)}`;
  const { findings, networks, ipams } = checkConfiguration(configuration, {
    source,
    defaultName: nad.name,
    getsDevice: (nad.resourceName ?? nad.resourceClaim) !== undefined,
  });
  // what stops Plexus has an identifier of its catalogue
  const isReadable = !findings.some(({ rule, severity }) => severity === 'error' && !rule.startsWith('PLX-V-'));
  return { findings: [...findings, ...repeatedFindings(text)], networks, ipams, isReadable };
}

/** Keys that JSON takes twice, of which the last counts. */
export const repeatedFindings = (text: PlacedText): readonly Finding[] =>
  repeatedKeys(text).map(({ key, from }) =>
    finding(
      keyRepeated,
      placeIn(text, from, from + key.length + 2),
      `${JSON.stringify(key)} occurs twice in one object: the last one takes effect`,
    ),
  );
