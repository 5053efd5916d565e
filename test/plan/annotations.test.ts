import { describe, expect, it } from 'vitest';
import { makePlan, requiredReads } from '../../src/plan/index.ts';
import { clusterNet, failure, inputsFor, listOf, planFor } from './planned.ts';

const ignoring = { delegates: [clusterNet], invalidAnnotation: 'ignore' };
const isolated = { delegates: [clusterNet], namespaceIsolation: true };

describe('NPWG-28: an invalid annotation fails the plan, or is ignored with a warning', () => {
  const bad = [{ name: 'a' }, { name: 'b', ips: ['x'] }];

  it('fails the plan with key, position and value', () => {
    expect(() => planFor({ networks: bad })).toThrow(
      failure('PLX-SELECTION-INVALID', /k8s\.v1\.cni\.cncf\.io\/networks, element 2, ips\[0\]: "x" is not/),
    );
  });

  it('is ignored as a whole, so only the default network remains', () => {
    const plan = planFor({ config: ignoring, networks: bad });
    expect(listOf(plan)).toEqual(['eth0 cluster-net']);
    expect(plan.warnings).toEqual([
      expect.stringMatching(
        /^annotation ignored because of invalidAnnotation: ignore: annotation .*element 2, ips\[0\]/,
      ),
    ]);
  });

  it('is ignored without affecting the other annotation', () => {
    const wrongFurther = planFor({ config: ignoring, defaultNetwork: 'shop/b', networks: bad });
    expect(listOf(wrongFurther)).toEqual(['eth0 shop/b']);
    const wrongDefault = planFor({ config: ignoring, defaultNetwork: 'shop/a,shop/b', networks: 'a' });
    expect(listOf(wrongDefault)).toEqual(['eth0 cluster-net', 'net1 shop/a']);
    expect(wrongDefault.warnings).toEqual([expect.stringContaining('exactly one network')]);
  });

  it.each([
    { what: 'a NAD that does not exist', networks: 'missing', id: 'PLX-NAD-NOT-FOUND' },
    { what: 'a NAD with an invalid configuration (NPWG-15)', networks: 'broken', id: 'PLX-NAD-INVALID' },
    {
      what: 'a request that no plugin can serve (NPWG-34)',
      networks: [{ name: 'a', bandwidth: { ingressRate: 1 } }],
      id: 'PLX-REQUEST-UNSERVED',
    },
  ])('does not ignore $what', ({ networks, id }) => {
    expect(() =>
      planFor({ config: ignoring, networks, nads: { 'shop/a': { type: 'bridge' }, 'shop/broken': '{' } }),
    ).toThrow(failure(id));
  });
});

describe('NPWG-18 to NPWG-23: additional networks', () => {
  it.each([{ networks: undefined }, { networks: '' }, { networks: '  ' }, { networks: '[]' }])(
    'are none for the annotation $networks',
    ({ networks }) => {
      expect(listOf(planFor({ networks }))).toEqual(['eth0 cluster-net']);
    },
  );

  it('are none for a container that is not a pod', () => {
    const { pod: _none, ...inputs } = inputsFor({ networks: 'a' });
    expect(listOf(makePlan(inputs))).toEqual(['eth0 cluster-net']);
  });
});

describe('NPWG-101, NPWG-102: namespaceIsolation', () => {
  const nads = {
    'shop/a': { type: 'bridge' },
    'default/a': { type: 'bridge' },
    'other/a': { type: 'bridge' },
    'kube-system/a': { type: 'bridge' },
  };

  it.each([
    { networks: 'shop/a', allowed: true },
    { networks: 'default/a', allowed: true },
    { networks: 'other/a', allowed: false },
    { networks: 'kube-system/a', allowed: false },
    { defaultNetwork: 'shop/a', allowed: true },
    { defaultNetwork: 'a', allowed: true },
    { defaultNetwork: 'kube-system/a', allowed: true },
    { defaultNetwork: 'other/a', allowed: false },
    { networks: 'default/a', globalNamespaces: 'other', allowed: false },
    { networks: 'other/a', globalNamespaces: 'other', allowed: true },
  ])(
    'decides networks $networks, default $defaultNetwork, global $globalNamespaces: $allowed',
    ({ networks, defaultNetwork, globalNamespaces, allowed }) => {
      const config = { ...isolated, ...(globalNamespaces !== undefined && { globalNamespaces }) };
      const plan = () => planFor({ config, networks, defaultNetwork, nads });
      if (allowed) expect(plan).not.toThrow();
      else
        expect(plan).toThrow(
          failure('PLX-NAMESPACE-REFUSED', /pod shop\/db-0 may not use .*namespaceIsolation allows only/),
        );
    },
  );

  it('allows any namespace if it is off', () => {
    expect(listOf(planFor({ networks: 'other/a', nads }))).toEqual(['eth0 cluster-net', 'net1 other/a']);
  });

  it('rejects a pod even if invalid annotations are ignored, before reading any NAD', () => {
    const inputs = inputsFor({ config: { ...isolated, invalidAnnotation: 'ignore' }, networks: 'other/a', nads });
    expect(() => requiredReads(inputs.settings, inputs.pod)).toThrow(failure('PLX-NAMESPACE-REFUSED'));
  });
});

describe('what must be read before a plan', () => {
  it('includes the NADs of both annotations and of the node, the paths, and the auxiliary chain', () => {
    const config = {
      clusterNetwork: '/etc/cni/net.d/10-main.conflist',
      defaultNetworks: ['storage', '/etc/x/'],
      auxiliaryCNIChainName: 'chain',
    };
    const inputs = inputsFor({ config, networks: 'a,b,a,other/c', defaultNetwork: 'd' });
    expect(requiredReads(inputs.settings, inputs.pod)).toEqual({
      nads: [
        { namespace: 'kube-system', name: 'd' },
        { namespace: 'shop', name: 'a' },
        { namespace: 'shop', name: 'b' },
        { namespace: 'other', name: 'c' },
      ],
      optionalNads: [{ namespace: 'kube-system', name: 'storage' }],
      paths: ['/etc/cni/net.d/10-main.conflist', '/etc/x/', '/etc/cni/net.d/chain'],
    });
  });

  it('includes nothing for inline delegates', () => {
    const inputs = inputsFor();
    expect(requiredReads(inputs.settings, undefined)).toEqual({ nads: [], optionalNads: [], paths: [] });
  });
});
