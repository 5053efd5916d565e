import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import type { PodDevice } from '../../src/npwg/index.ts';
import { deviceRequestsOf } from '../../src/plan/index.ts';
import { type Situation, failure, inputsFor, planFor } from './planned.ts';

const nad = { type: 'sriov', capabilities: { deviceID: true } };
const devices: readonly PodDevice[] = [
  { id: '0000:02:00.7', resource: 'intel.com/vf' },
  { id: '0000:02:00.3', resource: 'intel.com/vf' },
  { id: '0000:03:00.1', resource: 'nvidia.com/vf' },
];
const deviceIds = (given: Situation): unknown[] =>
  planFor(given).attachments.map(({ runtimeConfig }) => runtimeConfig['deviceID']);

describe('a device that the element of the annotation names', () => {
  const claimed = (podClaim: string, request: string, device: string): PodDevice => ({
    id: device,
    resource: 'intel.com/vf',
    claimed: {
      podClaim,
      claim: { namespace: 'shop', name: `db-0-${podClaim}` },
      request,
      driver: 'net.example',
      pool: 'n1',
      device,
    },
  });
  const ofClaims = [claimed('gpunic', 'left', 'd1'), claimed('gpunic', 'right', 'd0'), claimed('more', 'left', 'd2')];
  const plain = { 'shop/plain': nad, 'shop/fast': nad };
  const elements = (...each: readonly JsonObject[]): Situation => ({
    networks: each,
    nads: plain,
    claims: { 'shop/fast': 'gpunic/left' },
    more: { devices: { devices: [...devices, ...ofClaims], warnings: [] } },
  });

  it.each([
    {
      title: 'comes from its own resource for each element of one network',
      networks: ['nvidia.com/vf', 'intel.com/vf'].map((resourceName) => ({ name: 'plain', resourceName })),
      ids: ['0000:03:00.1', '0000:02:00.3'],
    },
    {
      title: 'comes from its own request of one claim, whose devices have the same resource',
      networks: ['gpunic/left', 'gpunic/right', 'more/left'].map((resourceClaim) => ({ name: 'plain', resourceClaim })),
      ids: ['d1', 'd0', 'd2'],
    },
    {
      title: 'replaces the claim of the network',
      networks: [
        { name: 'fast', resourceName: 'nvidia.com/vf' },
        { name: 'fast', resourceClaim: 'gpunic/right' },
      ],
      ids: ['0000:03:00.1', 'd0'],
    },
    {
      title: 'comes from the claim if the element names a resource too',
      networks: [{ name: 'plain', resourceName: 'nvidia.com/vf', resourceClaim: 'gpunic/left' }],
      ids: ['d1'],
    },
    {
      title: 'can be chosen among those of the resource by deviceID',
      networks: [{ name: 'plain', resourceName: 'intel.com/vf', deviceID: '0000:02:00.7' }],
      ids: ['0000:02:00.7'],
    },
  ])('$title', ({ networks, ids }) => {
    const situation = elements(...networks);
    expect(deviceIds(situation)).toEqual([undefined, ...ids]);
    const sources = networks.map((each: JsonObject) => each['resourceClaim'] ?? each['resourceName']);
    const { resources: named, claims } = deviceRequestsOf(inputsFor(situation));
    expect(new Set([...named, ...claims])).toEqual(new Set(sources));
  });

  it('is required as one that the network names', () => {
    const refused = elements({ name: 'plain', resourceName: 'amd.example/vf' });
    expect(() =>
      planFor({ ...refused, more: { devices: { devices, warnings: [], served: ['amd.example/vf'] } } }),
    ).toThrow(failure('PLX-DEVICE-MISSING', /network shop\/plain requires a device of resource amd\.example\/vf/));
    expect(() => planFor(elements({ name: 'plain', resourceClaim: 'gpunic/top' }))).toThrow(
      failure('PLX-DEVICE-MISSING', /requires a device of claim gpunic\/top, but the pod has none/),
    );
  });

  it('may be that of the default network', () => {
    const defaultNetwork = [{ name: 'plain', namespace: 'shop', resourceClaim: 'gpunic/right' }];
    expect(deviceIds({ ...elements(), networks: undefined, defaultNetwork })).toEqual(['d0']);
  });
});
