import { describe, expect, it } from 'vitest';
import { type PlacedFinding, readFiles, validate } from '../../src/validate/index.ts';

// The findings of plexus validate for manifests from public bug reports, restated.

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

describe('case 39: the misspelled annotation for a resource', () => {
  const network = (key: string): readonly PlacedFinding[] =>
    check({
      text: nad({ cniVersion: '0.3.1', type: 'sriov', ipam: {} }, `  annotations:\n    ${key}: vendor.example/vf\n`),
    });
  it.each(['k8s.v1.cni.cncf.io/resourcename', 'k8s.v1.cni.cncf.io/resource-name'])(
    'is reported with the correct key for %s',
    (key) => {
      expect([short(network(key)), texts(network(key))]).toEqual([
        ['6 warning PLX-V-ANNOTATION', '8 warning PLX-V-KEY-MISSING'],
        expect.stringContaining(
          `no program reads the annotation "${key}"; did you mean "k8s.v1.cni.cncf.io/resourceName"?`,
        ) as unknown,
      ]);
    },
  );
  it('is named in the fix for a missing device if its prefix is missing', () => {
    expect(network('resourceName')).toMatchObject([
      {
        line: 8,
        rule: 'PLX-V-KEY-MISSING',
        fix: expect.stringContaining('k8s.v1.cni.cncf.io/resourceName') as unknown,
      },
    ]);
  });
  it('causes no finding if it is spelled correctly', () => {
    expect(network('k8s.v1.cni.cncf.io/resourceName')).toEqual([]);
  });
});

describe('a request that no plugin of the network is known to read', () => {
  const ask = (plugin: object, request: object): readonly PlacedFinding[] =>
    check(
      { text: nad({ cniVersion: '0.3.1', ...plugin }) },
      { path: 'y.yaml', text: pod(JSON.stringify([{ name: 'lan', ...request }])) },
    ).filter(({ file }) => file === 'y.yaml');
  const ports = { portMappings: [{ hostPort: 8080, containerPort: 80, hostIP: '::' }] };
  it('case 38: is a warning if the capability is declared but its plugin does not read it', () => {
    const found = ask({ ...macvlan, capabilities: { portMappings: true } }, ports);
    expect([short(found), texts(found)]).toEqual([
      ['6 warning PLX-V-REQUEST-LOST'],
      'no plugin of default/lan is known to read portMappings, although one declares the capability portMappings',
    ]);
  });
  it('is a note if the plugin is unknown and may read it', () => {
    const found = ask({ type: 'fabric' }, { mac: '02:00:00:00:00:01' });
    expect([short(found), texts(found)]).toEqual([
      ['6 note PLX-V-REQUEST-LOST'],
      'Plexus does not know whether fabric reads mac',
    ]);
  });
  it('is no finding if a plugin reads it or declares its capability', () => {
    expect([
      ask(macvlan, { mac: '02:00:00:00:00:01' }),
      ask({ type: 'fabric', capabilities: { ips: true } }, { ips: ['10.1.0.5/24'] }),
    ]).toEqual([[], []]);
  });
});
