import { expect, it } from 'vitest';
import { withDefaultNetworks } from '../../src/webhook/default-networks.ts';
import { withNodeSelector } from '../../src/webhook/node-selector.ts';

it('rejects a node label of a network that is not one key=value, and adds the others', () => {
  const key = 'k8s.v1.cni.cncf.io/nodeSelector';
  const nads = [
    { key: 'shop/wrong', annotations: { [key]: 'a=b=c' } },
    { key: 'shop/right', annotations: { [key]: 'zone=a' } },
  ];
  const { pod, problems } = withNodeSelector({ spec: {} }, nads as unknown as Parameters<typeof withNodeSelector>[1]);
  expect(problems.map(({ id }) => id)).toEqual(['PLX-NODE-SELECTOR-INVALID']);
  expect(pod).toEqual({ spec: { nodeSelector: { zone: 'a' } } });
});

it('reports default networks of a namespace that cannot be parsed, and adds nothing', () => {
  const of = { namespace: 'shop', annotations: {}, hostNetwork: false };
  const { networks, problem } = withDefaultNetworks(of, '[{"nome":"a"}]');
  expect(networks).toBeUndefined();
  expect(problem).toMatchObject({ id: 'PLX-DEFAULT-NETWORKS-INVALID' });
});
