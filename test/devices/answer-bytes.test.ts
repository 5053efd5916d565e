import type { ServiceDefinition } from '@grpc/grpc-js';
import * as loader from '@grpc/proto-loader';
import { expect, it } from 'vitest';
import { relevantBytes } from '../../src/devices/answer-bytes.ts';
import { podResourcesApi } from '../support/pod-resources-descriptor.ts';

// Kubelet's answer contains all containers of a node, and any author of pods determines their number.

const api = loader.fromJSON(podResourcesApi(['List']) as unknown as Parameters<typeof loader.fromJSON>[0], {
  defaults: true,
})['v1.PodResourcesLister'] as ServiceDefinition;
const encode = (pods: readonly object[]): Buffer => api['List']?.responseSerialize({ pod_resources: pods }) as Buffer;
const decode = (answer: Buffer): unknown => api['List']?.responseDeserialize(answer);

const idle = (name: string): object => ({ name, cpu_ids: [0, 300], memory: [{ memory_type: 'memory', size: 4096 }] });
const withDevice = { ...idle('vf'), devices: [{ resource_name: 'example.com/vf', device_ids: ['a', 'b'] }] };
const withClaim = {
  name: 'nic',
  dynamic_resources: [{ claim_name: 'nic', claim_namespace: 'shop', claim_resources: [{ driver_name: 'd' }] }],
};
const many = Array.from({ length: 20_000 }, (_, at) => idle(`c${at}`));

it('keeps the containers with devices or claims, unchanged', () => {
  const answer = encode([
    { name: 'a', namespace: 'shop', containers: [idle('x'), withDevice, ...many, withClaim] },
    { name: 'idle', namespace: 'shop', containers: many },
    { name: 'b', namespace: 'web', containers: [withClaim] },
  ]);
  const kept = relevantBytes(answer, () => true);
  expect(kept.length).toBeLessThan(200);
  expect(decode(kept)).toEqual(
    decode(
      encode([
        { name: 'a', namespace: 'shop', containers: [withDevice, withClaim] },
        { name: 'b', namespace: 'web', containers: [withClaim] },
      ]),
    ),
  );
});

it('keeps the wanted pod only', () => {
  const answer = encode([
    { name: 'a', namespace: 'shop', containers: [withClaim] },
    { name: 'a', namespace: 'web', containers: [withDevice] },
  ]);
  const kept = relevantBytes(answer, ({ namespace, name }) => namespace === 'web' && name === 'a');
  expect(decode(kept)).toEqual(decode(encode([{ name: 'a', namespace: 'web', containers: [withDevice] }])));
});

it('rejects bytes that are no message', () => {
  const answer = encode([{ name: 'a', namespace: 'shop', containers: [withDevice] }]);
  for (let end = 1; end < answer.length; end++)
    expect(() => relevantBytes(answer.subarray(0, end), () => true)).toThrow('the answer is not a protobuf message');
  for (const bytes of [[0xff], Array<number>(20).fill(0xff), [0x0b], [0x0a, 0x7f]])
    expect(() => relevantBytes(Buffer.from(bytes), () => true)).toThrow('the answer is not a protobuf message');
  expect(relevantBytes(Buffer.alloc(0), () => true)).toHaveLength(0);
});
