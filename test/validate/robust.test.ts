import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PlacedFinding, readFiles, validate } from '../../src/validate/index.ts';

const folders = ['good', 'broken'].map((name) => join(import.meta.dirname, name));
const samples = folders.flatMap((folder) =>
  readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') })),
);

/** Returns the findings in a text, after checking that their places are inside it. */
function findingsIn(path: string, text: string): readonly PlacedFinding[] {
  const findings = validate(readFiles([{ path, text }]));
  const lines = text.split('\n');
  for (const { line, column, endLine, endColumn } of findings) {
    expect(line >= 1 && column >= 1 && endLine >= line && (endLine > line || endColumn >= column)).toBe(true);
    expect((lines[line - 1]?.length ?? -1) + 1).toBeGreaterThanOrEqual(column);
  }
  return findings;
}

/** A sample text with a part replaced by another text. */
const spoiled = fc.record({
  sample: fc.constantFrom(...samples),
  from: fc.nat({ max: 1000 }),
  length: fc.nat({ max: 12 }),
  put: fc.oneof(
    fc.constantFrom('', '{', '}', '"', ',', ': ', '- ', '\n', 'null', '[]', '{}', '-1', '"x"', '&a ', '*a', '\t', '\\'),
    fc.string({ maxLength: 4 }),
  ),
});

describe('plexus validate on arbitrary files', () => {
  it('reports findings only at places inside the file (property)', () => {
    fc.assert(
      fc.property(spoiled, ({ sample: { name, text }, from, length, put }) => {
        const at = from % text.length;
        findingsIn(name, text.slice(0, at) + put + text.slice(at + length));
      }),
      { numRuns: 600 },
    );
  });

  it('judges configuration values of any type without an exception (property)', () => {
    const keys = [
      'type',
      'ipam',
      'plugins',
      'capabilities',
      'ranges',
      'subnet',
      'routes',
      'vlanTrunk',
      'name',
      'cniVersion',
      'delegates',
      'sysctl',
      'addresses',
      'ipRanges',
      'dst',
    ];
    const values = [
      fc.constantFrom('bridge', 'host-local', 'static', 'whereabouts', 'tuning', 'multus', '10.0.0.0/24', ''),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    ];
    const config = fc.object({ key: fc.constantFrom(...keys), maxDepth: 4, values });
    fc.assert(
      fc.property(
        config,
        fc.constantFrom('bridge', 'macvlan', 'multus', 'ovs', 'bandwidth'),
        fc.constantFrom('host-local', 'static', 'whereabouts', 'dhcp'),
        (value, type, ipam) => {
          findingsIn('x.conf', JSON.stringify(value));
          findingsIn(
            'y.conf',
            JSON.stringify({ cniVersion: '1.0.0', name: 'x', type, ...value, ipam: { ...value, type: ipam } }),
          );
        },
      ),
      { numRuns: 600 },
    );
  });

  it('judges any pod annotation without an exception (property)', () => {
    const element = fc.object({
      key: fc.constantFrom('name', 'ips', 'mac', 'interface', 'default-route', 'bandwidth', 'cni-args', 'deviceID'),
      maxDepth: 2,
      values: [fc.constantFrom('a', 'net1', '10.0.0.1'), fc.integer()],
    });
    const text = fc.oneof(
      fc.string(),
      fc.array(element, { maxLength: 3 }).map((list) => JSON.stringify(list)),
    );
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('k8s.v1.cni.cncf.io/networks', 'v1.multus-cni.io/default-network'),
        (annotation, key) => {
          findingsIn(
            'p.json',
            JSON.stringify(
              { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations: { [key]: annotation } } },
              null,
              2,
            ),
          );
        },
      ),
      { numRuns: 600 },
    );
  });
});

it.each([
  { title: 'unknown keys', key: (index: number) => `"k${index}":0` },
  { title: 'repeated keys', key: () => '"bridge":"b"' },
  { title: 'keys in the wrong case', key: (index: number) => `"${index % 2 === 0 ? 'Bridge' : 'BRIDGE'}":"b"` },
])('counts $title beyond the first hundred of a network instead of listing them', ({ key }) => {
  const keys = Array.from({ length: 3000 }, (_, index) => key(index));
  const findings = findingsIn('x.conf', `{"cniVersion":"1.0.0","name":"x","type":"bridge",${keys.join(',')}}`);
  expect(findings.length).toBeLessThan(210);
  expect(findings.map(({ text }) => text).join('\n')).toMatch(/\(2[89]\d\d more such problems are not listed\)/);
});
