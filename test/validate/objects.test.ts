import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { keyText } from '../../src/errors/index.ts';
import {
  type Finding,
  type PlacedFinding,
  judgeConfiguration,
  judgeNad,
  judgePod,
  judgeSettings,
  podContext,
  podSettings,
  readFiles,
  validate,
} from '../../src/validate/index.ts';

// Programs with an object of the API and no text, such as an admission webhook, call the judge functions. For every
// fixture they must find what plexus validate finds in the file.
const folder = import.meta.dirname;
const fixtures = ['broken', 'good'].flatMap((name) =>
  readdirSync(join(folder, name)).map((file) => ({
    path: `${name}/${file}`,
    text: readFileSync(join(folder, name, file), 'utf8'),
  })),
);

interface ApiObject {
  readonly kind?: string;
  readonly items?: readonly ApiObject[];
  readonly data?: Readonly<Record<string, string>>;
}

/** The objects of a file as an API server would hand them over: plain JSON. */
const objectsIn = (text: string): readonly ApiObject[] =>
  (parseAllDocuments(text, { merge: true, uniqueKeys: false, logLevel: 'silent' }) as { toJS: () => unknown }[])
    .map((document) => JSON.parse(JSON.stringify(document.toJS())) as ApiObject)
    .flatMap((object) => object.items ?? [object]);

/** The findings of the judge functions in the objects of one file. */
function judged(path: string, objects: readonly ApiObject[]): readonly Finding[] {
  const nads = objects.map((object) =>
    object.kind === 'NetworkAttachmentDefinition' ? judgeNad(object) : { findings: [], networks: [], ipams: [] },
  );
  const context = podContext(nads, { settings: podSettings(), isWhole: true });
  return objects.flatMap((object, index) => {
    if (object.kind === undefined) return judgeConfiguration(object, path);
    if (object.kind === 'NetworkAttachmentDefinition') return nads[index]?.findings ?? [];
    if (object.kind !== 'ConfigMap') return judgePod(object, context);
    return Object.entries(object.data ?? {}).flatMap(([key, text]) =>
      judgeSettings(JSON.parse(text), undefined, path).map((each) => ({ ...each, path: ['data', key, ...each.path] })),
    );
  });
}

/** Rules about a text, and rules that compare objects: no object alone breaks them. */
const ofTexts = ['PLX-V-SYNTAX', 'PLX-V-INVISIBLE', 'PLX-V-TEMPLATE'];
const ofSets = ['PLX-V-DUPLICATE', 'PLX-V-SUBNET-SHARED'];

const inFile = (path: string, text: string): readonly PlacedFinding[] =>
  validate(readFiles([{ path, text }]), { clusterNads: new Map() });

const rowOf = ({ rule, severity, text, fix }: Finding | PlacedFinding, key: string): string =>
  JSON.stringify([rule, severity, key.replace(/^items\[\d+\]\./, ''), text, fix]);
const each = (rows: readonly string[]): readonly string[] => [...new Set(rows)].toSorted();

const samples = fixtures
  .map(({ path, text }) => ({ path, text, findings: inFile(path, text) }))
  .filter(({ findings }) => findings.every(({ rule }) => !ofTexts.includes(rule)));

describe('an object of the API', () => {
  it.each(samples)(
    'causes the findings of plexus validate for the same object in $path',
    ({ path, text, findings }) => {
      const expected = findings.filter(({ rule }) => !ofSets.includes(rule));
      expect(each(judged(path, objectsIn(text)).map((found) => rowOf(found, keyText(found.path))))).toEqual(
        each(expected.map((found) => rowOf(found, found.key))),
      );
    },
  );

  it('is compared in nearly every fixture', () => {
    expect(samples.length).toBeGreaterThanOrEqual(fixtures.length - 5);
    expect(samples.filter(({ findings }) => findings.length > 0).length).toBeGreaterThanOrEqual(60);
  });

  it('causes findings with data', () => {
    const config = JSON.stringify({ cniVersion: '1.0.0', type: 'bridge', mtu: '1500', brigde: 'br0' });
    const object = {
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata: { name: 'lan', namespace: 'shop' },
      spec: { config },
    };
    expect(judgeNad(object).findings.map(({ rule, path, data }) => ({ rule, path, data }))).toEqual([
      {
        rule: 'PLX-V-KEY-UNKNOWN',
        path: ['spec', 'config', 'brigde'],
        data: { key: 'brigde', meant: 'bridge' },
      },
      {
        rule: 'PLX-V-VALUE',
        path: ['spec', 'config', 'mtu'],
        data: { value: '1500', allowed: 'a whole number' },
      },
    ]);
    const networks = { 'k8s.v1.cni.cncf.io/networks': JSON.stringify([{ name: 'lan', mac: 'x' }]) };
    const pod = { kind: 'Pod', metadata: { name: 'db', namespace: 'shop', annotations: networks } };
    const context = podContext([judgeNad(object)], { settings: podSettings(), isWhole: true });
    expect(judgePod(pod, context)).toMatchObject([
      {
        rule: 'PLX-SELECTION-INVALID',
        path: ['metadata', 'annotations', 'k8s.v1.cni.cncf.io/networks', 0, 'mac'],
        data: { key: 'k8s.v1.cni.cncf.io/networks', element: 0, field: ['mac'] },
      },
    ]);
  });
});

const keys = [
  'kind apiVersion metadata name namespace annotations spec config type ipam plugins delegates containers template',
  'resourceClaims networks multus networkName capabilities ranges subnet k8s.v1.cni.cncf.io/networks',
  'v1.multus-cni.io/default-network',
].flatMap((each) => each.split(' '));

/** Values with the keys that the rules read, of any type. */
const anything = fc.object({
  key: fc.constantFrom(...keys),
  maxDepth: 6,
  values: [
    fc.constantFrom('NetworkAttachmentDefinition', 'Pod', 'VirtualMachineInstance', 'kubevirt.io/v1', 'bridge'),
    fc.constantFrom('plexus', 'host-local', '[{"name":"a"}]', '{"type":"bridge"}', 'a@b,c', '', '{{ x }}'),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string({ maxLength: 5 }),
  ],
});

/** A fixture's object with another value at one of its places. */
const spoiled = fc
  .record({ sample: fc.constantFrom(...samples), place: fc.nat(), value: fc.oneof(anything, fc.jsonValue()) })
  .map(({ sample: { text }, place, value }) => {
    const objects = objectsIn(text);
    let places = 0;
    JSON.stringify(objects, (_, inner: unknown) => (places++, inner));
    let at = -1;
    return JSON.parse(
      JSON.stringify(objects, (_, inner: unknown) => (++at > 0 && at === 1 + (place % places) ? value : inner)),
    ) as unknown;
  });

describe('the judge functions', () => {
  it.each([
    { title: 'values of any kind', value: fc.oneof(anything, fc.jsonValue(), fc.constant(undefined)) },
    { title: 'objects of fixtures with another value at one place', value: spoiled },
  ])('never throw for $title (property)', ({ value }) => {
    fc.assert(
      fc.property(value, (given) => {
        for (const object of Array.isArray(given) ? (given as readonly unknown[]) : [given]) {
          const nad = judgeNad(object);
          const context = podContext([nad], { settings: podSettings(), isWhole: true });
          const findings = [
            ...nad.findings,
            ...judgePod(object, context),
            ...judgeConfiguration(object),
            ...judgeSettings(object),
          ];
          expect(findings.filter(({ text, fix }) => text === '' || fix === '')).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
