import { describe, expect, it } from 'vitest';
import { type PlacedFinding, readFiles, validate } from '../../src/validate/index.ts';

// Messages of plexus validate for the author of a manifest: where a value belongs, what is not checked, and no error
// without proof.

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

describe('a key at the wrong place', () => {
  it.each([
    {
      what: 'capabilities beside "plugins"',
      config: { cniVersion: '0.3.1', capabilities: { ips: true }, plugins: [macvlan] },
      message: 'no plugin reads "capabilities" beside "plugins": it belongs in the list, beside "type": "macvlan"',
    },
    {
      what: 'a plugin’s option beside "plugins"',
      config: { cniVersion: '0.3.1', mtu: 1400, plugins: [macvlan, { type: 'vrf', vrfname: 'blue' }] },
      message: 'no plugin reads "mtu" beside "plugins": it belongs in the list, beside "type": "macvlan"',
    },
    {
      what: 'capabilities in another spelling',
      config: { ...macvlan, capability: { ips: true } },
      message: 'did you mean "capabilities"?',
    },
    {
      what: 'capabilities inside "ipam"',
      config: {
        ...macvlan,
        ipam: { type: 'static', addresses: [{ address: '10.0.0.1/24' }], capabilities: { ips: true } },
      },
      message: 'static knows no key "capabilities": it belongs beside "type": "macvlan", outside of "ipam"',
    },
    {
      what: 'an address range beside "type"',
      config: {
        ...macvlan,
        ipam: { type: 'host-local', ranges: [[{ subnet: '10.0.0.0/24' }]] },
        rangeStart: '10.0.0.9',
      },
      message: 'macvlan knows no key "rangeStart": it belongs in "ipam", among the options of host-local',
    },
    {
      what: 'master inside "ipam"',
      config: {
        cniVersion: '0.3.1',
        type: 'macvlan',
        ipam: { type: 'host-local', ranges: [[{ subnet: '10.0.0.0/24' }]], master: 'eth1' },
      },
      message: 'host-local knows no key "master": it belongs beside "type": "macvlan", outside of "ipam"',
    },
  ])('is reported with the place where it belongs: $what', ({ config, message }) => {
    expect(texts(check({ text: nad(config) }))).toContain(message);
  });

  it('is reported with the place where it belongs: "config" outside of "spec"', () => {
    const found = check({
      text: 'apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata:\n  name: lan\nconfig: "{}"\n',
    });
    expect(texts(found)).toContain(
      'Plexus does not read config of a NetworkAttachmentDefinition: it belongs in "spec"',
    );
  });

  it.each(['labels', 'metadata.labels', 'spec.annotations', 'annotations'])(
    'is reported as an error for the pod annotation in %s',
    (place) => {
      const where =
        {
          labels: ['metadata', 'labels'],
          'metadata.labels': ['metadata', 'labels'],
          'spec.annotations': ['spec', 'annotations'],
          annotations: ['annotations'],
        }[place] ?? [];
      const object: Record<string, unknown> = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: {} };
      let at = object;
      for (const key of where) at = (at[key] ??= {}) as Record<string, unknown>;
      at['k8s.v1.cni.cncf.io/networks'] = 'lan';
      expect(short(check({ path: 'x.json', text: JSON.stringify(object) }))).toEqual(['1 error PLX-V-MISPLACED']);
    },
  );
});

describe('a MAC address that no interface can have', () => {
  it('is an error in a pod', () => {
    expect(
      short(
        check({
          text: `${nad({ ...macvlan, capabilities: { mac: true } })}---\n${pod('[{"name":"lan","mac":"01:00:5e:00:00:01"}]')}`,
        }),
      ),
    ).toEqual(['13 error PLX-SELECTION-INVALID']);
  });
  it('is an error in the options of a plugin', () => {
    const found = check({
      text: nad({ cniVersion: '0.3.1', plugins: [macvlan, { type: 'tuning', mac: '00:00:00:00:00:00' }] }),
    });
    expect([short(found), texts(found)]).toEqual([
      ['6 error PLX-V-ADDRESS'],
      '"00:00:00:00:00:00" is not a MAC address that an interface can have: it is all zeros',
    ]);
  });
});

describe('an invisible character', () => {
  it('is reported at its line and column, with its name', () => {
    const [found] = check({
      text: `apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata:\n  name: lan\nspec:\n  config: |\n    {\n      "cniVersion": "0.3.1",\u00A0\n      "type": "macvlan" }\n`,
    });
    expect([found?.line, found?.column]).toEqual([8, 29]);
    expect(found?.text).toContain('the invisible character U+00A0 NO-BREAK SPACE');
  });
});

describe('YAML indentation', () => {
  it('is reported at the first line that starts with an invisible character', () => {
    const [found] = check({
      text: 'apiVersion: v1\nkind: Pod\nmetadata:\n\u00A0\u00A0name: p\n\u00A0\u00A0annotations: {k8s.v1.cni.cncf.io/networks: lan}\n',
    }).filter(({ rule }) => rule === 'PLX-V-INVISIBLE');
    expect([found?.line, found?.column, found?.text]).toEqual([
      4,
      1,
      'the invisible character U+00A0 NO-BREAK SPACE at the beginning of a line',
    ]);
  });
  it('that replaces JSON below "config" is reported with the correct form', () => {
    const found = check({
      text: 'apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: lan}\nspec:\n  config:\n    type: macvlan\n',
    });
    expect(texts(found)).toContain(
      'spec.config is an object, not a string: write the JSON as one text, after "config: |"',
    );
  });
});

describe('a note about an unchecked object', () => {
  const holds = (kind: string, path: readonly string[], value: unknown): string => {
    const object: Record<string, unknown> = { apiVersion: 'example.org/v1', kind, metadata: { name: 'app' } };
    let at = object;
    for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[path.at(-1) ?? ''] = value;
    return JSON.stringify(object);
  };
  it.each([
    {
      kind: 'HelmRelease',
      path: ['spec', 'values', 'podAnnotations', 'k8s.v1.cni.cncf.io/networks'],
      value: 'lan',
      what: 'the annotation k8s.v1.cni.cncf.io/networks',
    },
    {
      kind: 'Workflow',
      path: ['spec', 'podMetadata', 'annotations', 'k8s.v1.cni.cncf.io/networks'],
      value: '[{"name":"lan"}]',
      what: 'the annotation k8s.v1.cni.cncf.io/networks',
    },
    {
      kind: 'HelmRelease',
      path: ['spec', 'values', 'extra'],
      value: { apiVersion: 'k8s.cni.cncf.io/v1', kind: 'NetworkAttachmentDefinition' },
      what: 'a NetworkAttachmentDefinition',
    },
  ])('names $kind and $what', ({ kind, path, value, what }) => {
    const found = check({ path: 'x.json', text: holds(kind, path, value) });
    expect([short(found), texts(found)]).toEqual([
      ['1 note PLX-V-UNCHECKED'],
      `${kind} app holds ${what}, and objects of this kind are not checked`,
    ]);
  });
  it('names the annotation in the values of a chart', () => {
    expect(texts(check({ text: 'podAnnotations:\n  k8s.v1.cni.cncf.io/networks: lan\n' }))).toContain(
      'a file that is not a Kubernetes object holds the annotation',
    );
  });
  it('does not appear for an object without networks', () => {
    expect(check({ path: 'x.json', text: holds('HelmRelease', ['spec', 'values', 'replicas'], 2) })).toEqual([]);
  });
  it('does not appear for the same kind in the API group of another program', () => {
    expect(
      check({
        text: 'apiVersion: nmstate.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: _ignored_}\nspec: {config: _replaced_}\n',
      }),
    ).toEqual([]);
  });
});

describe('the networks of a virtual machine', () => {
  const vm = (networks: readonly object[], interfaces: readonly object[] = []): string =>
    JSON.stringify(
      {
        apiVersion: 'kubevirt.io/v1',
        kind: 'VirtualMachine',
        metadata: { name: 'vm' },
        spec: { template: { spec: { domain: { devices: { interfaces } }, networks } } },
      },
      undefined,
      1,
    );
  const checkVm = (networks: readonly object[], interfaces?: readonly object[]) =>
    check({ path: 'a/vm.json', text: vm(networks, interfaces) }, { path: 'a/lan.yaml', text: nad(macvlan) });

  it('are checked for existence', () => {
    expect(
      checkVm([
        { name: 'default', pod: {} },
        { name: 'n', multus: { networkName: 'lan' } },
      ]),
    ).toEqual([]);
    const found = checkVm([{ name: 'n', multus: { networkName: 'default/lam' } }]);
    expect([short(found), texts(found)]).toEqual([
      ['19 warning PLX-NAD-NOT-FOUND'],
      'NetworkAttachmentDefinition default/lam is not among these files; did you mean default/lan?',
    ]);
  });
  it('are checked for valid object names', () => {
    const found = checkVm([{ name: 'n', multus: { networkName: 'default/La n' } }]);
    expect([short(found), texts(found)]).toEqual([
      ['19 error PLX-SELECTION-INVALID'],
      expect.stringContaining('network "n", name: "La n" is not the name of an object'),
    ]);
  });
  it('are checked for a networkName', () => {
    expect(short(checkVm([{ name: 'n', multus: {} }]))).toEqual(['18 error PLX-V-OBJECT']);
  });
  it('are checked for a valid MAC address', () => {
    const found = checkVm(
      [{ name: 'n', multus: { networkName: 'lan' } }],
      [{ name: 'n', bridge: {}, macAddress: '01:00:00:00:00:01' }],
    );
    expect([short(found), texts(found)]).toEqual([
      ['16 error PLX-SELECTION-INVALID'],
      expect.stringContaining('network "n", mac: "01:00:00:00:00:01" is not a MAC address that an interface can have'),
    ]);
  });
});

describe('plexus validate in doubtful cases', () => {
  const withIpam = (type: string, ipam: object): string =>
    JSON.stringify({ cniVersion: '0.3.1', name: 'n', plugins: [{ type, ipam }] });

  it.each(['{{ .Values.subnet }}', '${SUBNET}', '$(SUBNET)', '$SUBNET', '__SUBNET__', '_replaced_'])(
    'reports a value with the placeholder %s with a note',
    (subnet) => {
      expect(short(check({ text: nad({ ...macvlan, ipam: { type: 'host-local', ranges: [[{ subnet }]] } }) }))).toEqual(
        ['6 note PLX-V-TEMPLATE'],
      );
    },
  );
  it.each([
    '{"type": "macvlan", "mtu": __CNI_MTU__}',
    '{"type": "macvlan", "mtu": ${MTU}}',
    '{"type": "macvlan" {{ if .Mtu }}, "mtu": 1400 {{ end }}}',
    '_replaced_',
  ])('reports a configuration that is a template with a note: %s', (config) => {
    expect(short(check({ text: nad(config) }))).toEqual(['6 note PLX-V-TEMPLATE']);
  });
  it('still reports a mistake beside a placeholder as an error', () => {
    expect(short(check({ text: nad('{"type": "macvlan", "mtu": __CNI_MTU__,}') }))).toEqual([
      '6 error PLX-NAD-INVALID',
    ]);
  });
  it('treats a document as a template if it contains an unquoted template value', () => {
    expect(
      short(
        check({ text: 'apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: d\n  namespace: {{.Namespace}}\n' }),
      ),
    ).toEqual(['1 note PLX-V-TEMPLATE']);
  });
  it('accepts host-local keys that the plugin replaces first, as Calico does with usePodCidr', () => {
    const found = check({
      path: 'x.conflist',
      text: withIpam('calico', { type: 'host-local', subnet: 'usePodCidr', ranges: [[{ subnet: 'usePodCidrIPv6' }]] }),
    });
    expect(found.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });
  it('only warns of host-local without ranges in a file of the node, because kube-router fills them in', () => {
    expect(short(check({ path: 'x.conflist', text: withIpam('bridge', { type: 'host-local' }) }))).toContain(
      '1 warning PLX-V-KEY-MISSING',
    );
    expect(short(check({ text: nad(withIpam('bridge', { type: 'host-local' })) }))).toContain(
      '6 error PLX-V-KEY-MISSING',
    );
  });
  it('only warns of the same name in two files of a folder, which may be alternatives', () => {
    expect(
      short(check({ path: 'a/one.yaml', text: nad(macvlan) }, { path: 'a/two.yaml', text: nad(macvlan) })),
    ).toEqual(['4 warning PLX-V-DUPLICATE']);
    expect(short(check({ text: `${nad(macvlan)}---\n${nad(macvlan)}` }))).toEqual(['11 error PLX-V-DUPLICATE']);
  });
  it.each(['x.json', 'x.yaml', 'nginx.conf'])(
    'reports a broken file of another program in a folder with a note: %s',
    (path) => {
      expect(short(check({ path, text: '{ "compilerOptions": [ // all', isFound: true }))).toEqual([
        '1 note PLX-V-NOT-READ',
      ]);
      expect(short(check({ path, text: '{ "compilerOptions": [ // all' }))).toEqual(['1 error PLX-V-SYNTAX']);
      expect(short(check({ path, text: '{ "cniVersion": [ // all', isFound: true }))).toEqual(['1 error PLX-V-SYNTAX']);
    },
  );
  it('does not take the plugins of another program for a network configuration', () => {
    expect(check({ text: 'site_name: docs\nplugins:\n  - tags\n  - search\n' })).toEqual([]);
  });
});
