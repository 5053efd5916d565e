import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlexusError } from '../../src/errors/index.ts';
import { isStaticPod, nadConfiguration, parseNad } from '../../src/npwg/index.ts';

const nad = (spec: unknown, annotations: object = {}) =>
  parseNad({ metadata: { name: 'a-bridge-network', namespace: 'ns', annotations }, spec });

describe('a NetworkAttachmentDefinition', () => {
  it.each([undefined, {}, { config: '' }, { config: '  ' }, null])(
    'NPWG-02: refers to a file of its name if spec is %j',
    (spec) => {
      expect(nad(spec)).toEqual({ namespace: 'ns', name: 'a-bridge-network' });
      expect(nadConfiguration(nad(spec))).toBeUndefined();
    },
  );
  it('NPWG-12: gives its name to a configuration without one', () => {
    for (const name of ['', ',"name":""'])
      expect(nadConfiguration(nad({ config: `{"cniVersion":"0.3.0","type":"awesome-plugin"${name}}` }))).toMatchObject({
        name: 'a-bridge-network',
        type: 'awesome-plugin',
      });
  });
  it('NPWG-13: does not change the name of its configuration', () => {
    expect(nadConfiguration(nad({ config: '{"name":"x","type":"y"}' }))).toMatchObject({ name: 'x' });
  });
  it('NPWG-112, NPWG-17: names its resource in an annotation; other annotations are ignored', () => {
    expect(nad({}, { 'k8s.v1.cni.cncf.io/resourceName': 'intel.com/sriov', 'a.b/c': 'd' })).toMatchObject({
      resourceName: 'intel.com/sriov',
    });
  });
  it('lists the allowed keys of cni-args in an annotation', () => {
    const allowed = (text: unknown) => nad({}, { 'plexus-cni.io/allowed-cni-args': text }).allowedCniArgs;
    expect(allowed('ips, mac,,x ')).toEqual(['ips', 'mac', 'x']);
    expect(allowed('')).toEqual([]);
    expect(allowed(undefined)).toBeUndefined();
  });
  it.each(['{', '[]', '5', '"x"'])('NPWG-15: is rejected by name if spec.config is %j', (config) => {
    expect(() => nadConfiguration(nad({ config }))).toThrow(
      expect.objectContaining({
        id: 'PLX-NAD-INVALID',
        code: 7,
        message: expect.stringContaining('ns/a-bridge-network'),
      }),
    );
  });
  it('is parsed from any value, or rejected with a PlexusError', () => {
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
  ])('is recognized by its annotations $annotations', ({ annotations, isStatic }) => {
    expect(isStaticPod(annotations as Record<string, string>)).toBe(isStatic);
  });
});
