import { describe, expect, it } from 'vitest';
import { type PlacedFinding, readFiles, validate } from '../../src/validate/index.ts';

// Situations that people reported publicly, restated: what validate says about their manifests

interface File {
  readonly path?: string;
  readonly text: string;
  readonly isFound?: true;
}
const check = (...files: readonly File[]): readonly PlacedFinding[] =>
  validate(readFiles(files.map((each) => ({ path: 'x.yaml', ...each }))));
const short = (findings: readonly PlacedFinding[]): readonly string[] =>
  findings.map(({ line, severity, rule }) => `${line} ${severity} ${rule}`);
const texts = (findings: readonly PlacedFinding[]): string => findings.map(({ text }) => text).join('\n');

const nad = (config: object | string, more = ''): string =>
  `apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata:\n  name: lan\n${more}spec:\n  config: '${typeof config === 'string' ? config : JSON.stringify(config)}'\n`;
const pod = (annotation: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n    k8s.v1.cni.cncf.io/networks: '${annotation}'\nspec: {}\n`;
const macvlan = { cniVersion: '0.3.1', type: 'macvlan', master: 'eth1' };

describe('case 39: the annotation for a resource, spelled differently', () => {
  const network = (key: string): readonly PlacedFinding[] =>
    check({
      text: nad({ cniVersion: '0.3.1', type: 'sriov', ipam: {} }, `  annotations:\n    ${key}: vendor.example/vf\n`),
    });
  it.each(['k8s.v1.cni.cncf.io/resourcename', 'k8s.v1.cni.cncf.io/resource-name'])(
    '%s: says which key is meant',
    (key) => {
      expect([short(network(key)), texts(network(key))]).toEqual([
        ['6 warning PLX-V-ANNOTATION', '8 error PLX-V-KEY-MISSING'],
        expect.stringContaining(
          `nobody reads the annotation "${key}"; did you mean "k8s.v1.cni.cncf.io/resourceName"?`,
        ) as unknown,
      ]);
    },
  );
  it('without its prefix: sriov has no device, and the fix names the annotation', () => {
    expect(network('resourceName')).toMatchObject([
      {
        line: 8,
        rule: 'PLX-V-KEY-MISSING',
        fix: expect.stringContaining('k8s.v1.cni.cncf.io/resourceName') as unknown,
      },
    ]);
  });
  it('spelled right, there is nothing to say', () => {
    expect(network('k8s.v1.cni.cncf.io/resourceName')).toEqual([]);
  });
});

describe('requests that no plugin of a network is known to read', () => {
  const ask = (plugin: object, request: object): readonly PlacedFinding[] =>
    check(
      { text: nad({ cniVersion: '0.3.1', ...plugin }) },
      { path: 'y.yaml', text: pod(JSON.stringify([{ name: 'lan', ...request }])) },
    ).filter(({ file }) => file === 'y.yaml');
  const ports = { portMappings: [{ hostPort: 8080, containerPort: 80, hostIP: '::' }] };
  it('case 38: a capability that is declared where nobody reads it is a warning', () => {
    const found = ask({ ...macvlan, capabilities: { portMappings: true } }, ports);
    expect([short(found), texts(found)]).toEqual([
      ['6 warning PLX-V-REQUEST-LOST'],
      'no plugin of default/lan is known to read portMappings, although one declares the capability portMappings',
    ]);
  });
  it('a plugin that is not known may read it: a note', () => {
    const found = ask({ type: 'fabric' }, { mac: '02:00:00:00:00:01' });
    expect([short(found), texts(found)]).toEqual([
      ['6 note PLX-V-REQUEST-LOST'],
      'whether fabric reads mac is not known',
    ]);
  });
  it('nothing is said where a plugin reads it, declared or not', () => {
    expect([
      ask(macvlan, { mac: '02:00:00:00:00:01' }),
      ask({ type: 'fabric', capabilities: { ips: true } }, { ips: ['10.1.0.5/24'] }),
    ]).toEqual([[], []]);
  });
});
