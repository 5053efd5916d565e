import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlexusError } from '../../src/errors/index.ts';
import { isStaticPod, nadConfiguration, parseNad } from '../../src/npwg/index.ts';

const nad = (spec: unknown, annotations: object = {}) =>
  parseNad({ metadata: { name: 'a-bridge-network', namespace: 'ns', annotations }, spec });

describe('a NetworkAttachmentDefinition', () => {
  it.each([undefined, {}, { config: '' }, { config: '  ' }, null])(
    'NPWG-02: spec %j means a file of that name',
    (spec) => {
      expect(nad(spec)).toEqual({ namespace: 'ns', name: 'a-bridge-network' });
      expect(nadConfiguration(nad(spec))).toBeUndefined();
    },
  );
  it('NPWG-12: a configuration without a name gets the object’s', () => {
    for (const name of ['', ',"name":""'])
      expect(nadConfiguration(nad({ config: `{"cniVersion":"0.3.0","type":"awesome-plugin"${name}}` }))).toMatchObject({
        name: 'a-bridge-network',
        type: 'awesome-plugin',
      });
  });
  it('NPWG-13: a name of its own is kept', () => {
    expect(nadConfiguration(nad({ config: '{"name":"x","type":"y"}' }))).toMatchObject({ name: 'x' });
  });
  it('NPWG-112: the resource it is made of is read from its annotation; NPWG-17: others are ignored', () => {
    expect(nad({}, { 'k8s.v1.cni.cncf.io/resourceName': 'intel.com/sriov', 'a.b/c': 'd' })).toMatchObject({
      resourceName: 'intel.com/sriov',
    });
  });
  it('the keys of cni-args that it allows are read from its annotation', () => {
    const allowed = (text: unknown) => nad({}, { 'plexus-cni.io/allowed-cni-args': text }).allowedCniArgs;
    expect(allowed('ips, mac,,x ')).toEqual(['ips', 'mac', 'x']);
    expect(allowed('')).toEqual([]);
    expect(allowed(undefined)).toBeUndefined();
  });
  it.each(['{', '[]', '5', '"x"'])('NPWG-15: spec.config %j is an error that names the object', (config) => {
    expect(() => nadConfiguration(nad({ config }))).toThrow(
      expect.objectContaining({
        id: 'PLX-NAD-INVALID',
        code: 7,
        message: expect.stringContaining('ns/a-bridge-network'),
      }),
    );
  });
  it('anything at all gives a NAD or an error of ours', () => {
    fc.assert(
      fc.property(fc.anything(), (object) => {
        try {
          parseNad(object);
        } catch (error) {
          if (!(error instanceof PlexusError)) throw error;
        }
      }),
    );
  });
});

describe('K8S-13: a static pod', () => {
  it.each([
    { annotations: { 'kubernetes.io/config.source': 'file' }, isStatic: true },
    { annotations: { 'kubernetes.io/config.source': 'api' }, isStatic: false },
    { annotations: {}, isStatic: false },
  ])('is told by its annotations: $annotations', ({ annotations, isStatic }) => {
    expect(isStaticPod(annotations as Record<string, string>)).toBe(isStatic);
  });
});
