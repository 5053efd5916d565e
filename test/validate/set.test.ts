import { describe, expect, it } from 'vitest';
import { settingsKeyUnknown } from '../../src/errors/index.ts';
import type { Nad } from '../../src/npwg/index.ts';
import { type PlacedFinding, readFiles, validate, type ValidateOptions, wantedNads } from '../../src/validate/index.ts';

const file = (path: string, text: string) => ({ path, text });
const nad = (name: string, config: object, namespace = 'default'): string =>
  `apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nspec:\n  config: '${JSON.stringify({ cniVersion: '1.0.0', ...config })}'\n`;
const pod = (networks: string, namespace = 'default'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  namespace: ${namespace}\n  annotations:\n    k8s.v1.cni.cncf.io/networks: ${JSON.stringify(networks)}\nspec:\n  containers: []\n`;
const short = (findings: readonly PlacedFinding[]): readonly string[] =>
  findings.map(({ file: path, line, severity, rule, text }) => `${path}:${line} ${severity} ${rule} ${text}`);
const check = (
  files: readonly { readonly path: string; readonly text: string }[],
  options?: ValidateOptions,
): readonly string[] => short(validate(readFiles(files), options));

describe('the network that a pod names', () => {
  it('is found in another file', () => {
    expect(check([file('p.yaml', pod('lab')), file('n.yaml', nad('lab', { type: 'dummy' }))])).toEqual([]);
  });

  it('is reported with a note if it is in no file, and with a warning if one has a similar name', () => {
    expect(check([file('p.yaml', pod('lab'))])).toEqual([
      'p.yaml:7 note PLX-NAD-NOT-FOUND NetworkAttachmentDefinition default/lab is not among these files',
    ]);
    expect(check([file('p.yaml', pod('lap')), file('n.yaml', nad('lab', { type: 'dummy' }))])).toEqual([
      'p.yaml:7 warning PLX-NAD-NOT-FOUND NetworkAttachmentDefinition default/lap is not among these files; did you mean default/lab?',
    ]);
    expect(check([file('p.yaml', pod('lab')), file('n.yaml', nad('lab', { type: 'dummy' }, 'shop'))])).toEqual([
      'p.yaml:7 warning PLX-NAD-NOT-FOUND NetworkAttachmentDefinition default/lab is not among these files; did you mean shop/lab?',
    ]);
  });

  it('is reported with an error if the cluster does not have it either', () => {
    expect(check([file('p.yaml', pod('lab'))], { clusterNads: new Map([['default/lab', undefined]]) })).toEqual([
      'p.yaml:7 error PLX-NAD-NOT-FOUND pod default/p requests NetworkAttachmentDefinition default/lab, which does not exist',
    ]);
  });

  it('is read from the cluster for the plan of the pod', () => {
    const lab: Nad = { namespace: 'default', name: 'lab', config: '{"cniVersion":"1.0.0","type":"dummy"}' };
    const files = [file('p.yaml', pod('[{"name": "lab", "mac": "02:00:00:00:00:01"}]'))];
    expect(wantedNads(readFiles(files))).toEqual([{ namespace: 'default', name: 'lab' }]);
    expect(check(files, { clusterNads: new Map([['default/lab', lab]]) })).toEqual([
      'p.yaml:7 error PLX-REQUEST-UNSERVED the pod requests mac on network default/lab, but none of its plugins reads it: dummy',
    ]);
  });

  it('is reported once if it is invalid, not again for the pod', () => {
    expect(
      check([file('n.yaml', nad('lab', {})), file('p.yaml', pod('lab'))]).map((text) => text.slice(0, 40)),
    ).toEqual(['n.yaml:7 error PLX-CONFIGURATION-INVALID']);
  });

  it('may have its configuration in a file beside it', () => {
    const without = 'apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: lab}\n';
    const conf = '{"cniVersion": "1.0.0", "name": "lab", "type": "dummy"}';
    const requested = pod('[{"name": "lab", "ips": ["10.0.0.1/24"]}]');
    const errors = (text: readonly string[]): readonly string[] => text.filter((each) => each.includes(' error '));
    expect(errors(check([file('n.yaml', without), file('p.yaml', requested)]))).toEqual([]);
    expect(errors(check([file('n.yaml', without), file('p.yaml', requested), file('10-lab.conf', conf)]))).toHaveLength(
      1,
    );
  });
});

describe('the configuration of the node', () => {
  const files = [file('p.yaml', pod('shop/lab', 'web')), file('n.yaml', nad('lab', { type: 'dummy' }, 'shop'))];
  const config = {
    cniVersion: '1.0.0',
    name: 'plexus',
    type: 'plexus-cni',
    clusterNetwork: '/etc/cni/net.d/10-net.conflist',
  };

  it('determines which namespaces a pod may use', () => {
    expect(check(files)).toEqual([]);
    expect(check(files, { config: { ...config, namespaceIsolation: true } })).toEqual([
      'p.yaml:7 error PLX-NAMESPACE-REFUSED pod web/p may not use NetworkAttachmentDefinition shop/lab: namespaceIsolation allows only web, default',
    ]);
    expect(check(files, { config: { ...config, namespaceIsolation: true, globalNamespaces: 'shop' } })).toEqual([]);
  });

  it('does not suppress findings for invalid annotations with invalidAnnotation ignore', () => {
    const findings = check([file('p.yaml', pod('a b'))], { config: { ...config, invalidAnnotation: 'ignore' } });
    expect(findings.map((text) => text.split(' ')[2])).toEqual(['PLX-SELECTION-INVALID']);
  });
});

describe('a network that requires devices', () => {
  const made = (annotation: string): string =>
    `kind: NetworkAttachmentDefinition\napiVersion: k8s.cni.cncf.io/v1\nmetadata:\n  name: fast\n  annotations: {${annotation}}\nspec:\n  config: '{"cniVersion": "1.0.0", "type": "sriov"}'\n`;
  const asks = (networks: string, spec: object) =>
    file(
      'p.json',
      JSON.stringify({
        kind: 'Pod',
        metadata: { name: 'p', annotations: { 'k8s.v1.cni.cncf.io/networks': networks } },
        spec,
      }),
    );
  const containers = [{ resources: { limits: { 'vendor.example/nic': '1' } } }];
  const ofResource = file('n.yaml', made('k8s.v1.cni.cncf.io/resourceName: vendor.example/nic'));
  const ofClaim = file('n.yaml', made('plexus-cni.io/resourceClaim: nics/main'));
  const rules = (files: Parameters<typeof check>[0]): readonly string[] =>
    check(files).map((text) => text.split(' ').slice(1, 3).join(' '));

  it('is reported unless the pod requests one device per selection', () => {
    expect(rules([ofResource, asks('fast', { containers })])).toEqual([]);
    expect(rules([ofResource, asks('fast', { containers: [{}] })])).toEqual(['warning PLX-RESOURCE-NOT-REQUESTED']);
    expect(rules([ofResource, asks('fast, fast', { containers })])).toEqual(['warning PLX-DEVICE-MISSING']);
  });

  it('K8S-04: accepts the devices of a sidecar, but not those of an ordinary init container', () => {
    expect(
      rules([
        ofResource,
        asks('fast', { initContainers: containers.map((each) => ({ ...each, restartPolicy: 'Always' })) }),
      ]),
    ).toEqual([]);
    expect(rules([ofResource, asks('fast', { initContainers: containers })])).toEqual([
      'warning PLX-RESOURCE-NOT-REQUESTED',
    ]);
  });

  it('is reported unless the pod has its resource claim', () => {
    expect(rules([ofClaim, asks('fast, fast', { resourceClaims: [{ name: 'nics' }] })])).toEqual([]);
    expect(rules([ofClaim, asks('fast', { resourceClaims: [{ name: 'other' }] })])).toEqual([
      'warning PLX-DEVICE-MISSING',
    ]);
    const ofSubrequest = file('n.yaml', made('plexus-cni.io/resourceClaim: nics/main/big'));
    expect(rules([ofSubrequest, asks('fast', { resourceClaims: [{ name: 'nics' }] })])).toEqual([]);
  });

  it('is not reported if the pod has a claim, because only the node knows the resource of its devices', () => {
    expect(rules([ofResource, asks('fast, fast', { containers: [{}], resourceClaims: [{ name: 'nics' }] })])).toEqual(
      [],
    );
  });
});

describe('plexus validate on several files', () => {
  it('warns of two objects with the same name in one folder, but not in two folders', () => {
    const text = nad('lab', { type: 'dummy' });
    expect(check([file('a/1.yaml', text), file('a/2.yaml', text)])).toEqual([
      'a/2.yaml:4 warning PLX-V-DUPLICATE NetworkAttachmentDefinition default/lab is already defined: a/1.yaml, line 4',
    ]);
    expect(check([file('a/1.yaml', text), file('b/2.yaml', text)])).toEqual([]);
  });

  it('plans a pod with the nearest of several networks with the same name', () => {
    const asks = pod('[{"name": "lab", "mac": "02:00:00:00:00:01"}]');
    const takesMac = nad('lab', { type: 'macvlan', capabilities: { mac: true } });
    const files = [file('a/n.yaml', nad('lab', { type: 'dummy' })), file('b/n.yaml', takesMac), file('b/p.yaml', asks)];
    expect(check(files)).toEqual([]);
    expect(check([...files, file('a/p.yaml', asks)]).map((text) => text.slice(0, 37))).toEqual([
      'a/p.yaml:7 error PLX-REQUEST-UNSERVED',
    ]);
  });

  it('warns of shared subnets only if the allocations of the networks are separate', () => {
    const two = (ipam: object, names: readonly [string, string]): readonly string[] =>
      check(
        names.map((name, index) =>
          file(`${index}.yaml`, nad(`n${index}`, { name, type: 'macvlan', master: 'eth1', ipam })),
        ),
      );
    expect(two({ type: 'whereabouts', range: '10.0.0.0/24' }, ['a', 'b'])).toEqual([]);
    expect(two({ type: 'host-local', subnet: '10.0.0.0/24' }, ['a', 'a'])).toEqual([]);
    expect(two({ type: 'host-local', subnet: '10.0.0.0/24' }, ['a', 'b'])).toEqual([
      '1.yaml:7 warning PLX-V-SUBNET-SHARED default/n1 and default/n0 assign addresses of 10.0.0.0/24 on the same master eth1',
    ]);
  });

  it('does not check a name that is a placeholder of a template or an overlay', () => {
    for (const name of ['{{ .Values.name }}', '${NAME}']) {
      expect(check([file('p.yaml', pod('').replace('name: p', `name: "${name}"`))])).toEqual([
        `p.yaml:4 note PLX-V-TEMPLATE ${JSON.stringify(name)} is a placeholder: this value is not checked`,
      ]);
    }
    expect(check([file('p.yaml', pod('').replace('name: p', 'name: The_Pod'))])).toEqual([
      'p.yaml:4 error PLX-V-OBJECT metadata.name "The_Pod" is not the name of an object: lower-case letters, digits, "-" and ".", at most 253 of them',
    ]);
  });

  it('skips files without objects to check', () => {
    expect(
      check([
        file('a.yaml', ''),
        file('b.yaml', '# only this\n'),
        file('c.json', '[1, 2]'),
        file('values.yaml', 'image: x\ntype: y\n'),
      ]),
    ).toEqual([]);
  });
});

describe('the daemon configuration in a ConfigMap', () => {
  const map = (text: string) => [
    file('c.yaml', `kind: ConfigMap\nmetadata: {name: c}\ndata:\n  plexus.yaml: |\n    ${text}\n`),
  ];

  it('is checked by the given function, or as settings without one', () => {
    const checkDaemon = (config: object) => Object.keys(config).map((key) => settingsKeyUnknown({ key }));
    expect(check(map('grace: 5'), { checkDaemon })).toEqual([
      'c.yaml:5 warning PLX-V-KEY-UNKNOWN configuration of Plexus: unknown key "grace" is ignored',
    ]);
    expect(check(map('logLevel: 5'))[0]).toContain(
      'c.yaml:5 error PLX-SETTINGS-INVALID configuration of Plexus, logLevel',
    );
  });
});
