import { expect, it } from 'vitest';
import { extendedResourcesOf, parsePodClaims, podClaimsShape } from '../../src/cluster/claim-objects.ts';
import { jsonScanner } from '../../src/kube/json-scan.ts';

it('of a pod with thousands of containers, only claims and names of resources are kept', () => {
  const quantities = { cpu: '1', 'example.com/vf': '1' };
  const idle = Array.from({ length: 5000 }, (_, at) => ({ name: `c${at}`, image: 'i', resources: {} }));
  const pod = {
    metadata: { name: 'db-0', namespace: 'shop', uid: 'u1', labels: { a: 'b' } },
    spec: {
      resourceClaims: [{ name: 'nic', resourceClaimTemplateName: 't' }],
      initContainers: [{ name: 'first', resources: { limits: { 'example.com/first': '1' } } }],
      containers: [
        ...idle,
        { name: 'last', resources: { requests: quantities, limits: quantities } },
        { name: 'bare' },
      ],
    },
    status: { resourceClaimStatuses: [{ name: 'nic', resourceClaimName: 'db-0-nic' }] },
  };
  const requested: string[] = [];
  const scanner = jsonScanner(podClaimsShape((container) => requested.push(...extendedResourcesOf(container))));
  const [kept] = scanner.push(Buffer.from(JSON.stringify(pod)));
  expect(JSON.stringify(kept).length).toBeLessThan(300);
  expect(requested).toEqual(['example.com/first', 'example.com/vf', 'example.com/vf']);
  expect(parsePodClaims({ namespace: 'shop', name: 'db-0' }, kept, ['example.com/vf'])).toEqual({
    uid: 'u1',
    claims: [{ name: 'nic', claimName: 'db-0-nic' }],
    requested: ['example.com/vf'],
  });
});
