import { expect, it } from 'vitest';
import { plugDevices } from '../../src/attach/steps/plug-devices.ts';
import { devicesOfClaims } from '../../src/devices/index.ts';
import { claim, multusForm, nodeName, podWithClaims, result, slice } from '../support/claim-objects.ts';
import { claimsRoom, idsOf, pod } from '../devices/claims-room.ts';
import { patience } from '../support/patience.ts';

const room = claimsRoom();

it('finds the devices of two requests of one claim, and reports a claim that the pod does not have', async () => {
  const resource = 'vendor.example/vf';
  room.put(
    podWithClaims([{ name: 'nics', resourceClaimName: 'db-nics' }], {}),
    [claim('db-nics', [result('left', 'd0'), result('right', 'd1')])],
    [slice('a', { d0: multusForm('i0', resource), d1: multusForm('i1', resource) })],
  );
  const named = (...names: readonly string[]) => names.map((name) => ({ kind: 'claim', name }) as const);
  const find = (...names: readonly string[]) =>
    plugDevices(
      named(...names),
      { ...pod, annotations: {} },
      {
        allocated: (_pod, requests, signal) =>
          devicesOfClaims({ pod, requests, nodeName }, room.cluster().claims, signal),
      },
      patience(),
    );
  const both = await find('nics/left', 'nics/right');
  expect(idsOf(both.devices ?? { devices: [], warnings: [] })).toEqual([`${resource} i0`, `${resource} i1`]);
  expect(both.devices?.devices.map(({ claimed }) => claimed?.request).toSorted()).toEqual(['left', 'right']);
  const one = await find('nics/right', 'gpus');
  expect(one.devices?.devices).toMatchObject([{ id: 'i1', claimed: { podClaim: 'nics', request: 'right' } }]);
  expect([...one.problems].map(([key, { id }]) => [key, id])).toEqual([['claim gpus', 'PLX-CLAIM-UNKNOWN']]);
});
