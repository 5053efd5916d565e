import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceSlice } from '../../src/cluster/index.ts';
import { identify, isOfRequest, parseClaimSelection } from '../../src/devices/claimed-devices.ts';

const name = fc.constantFrom('a', 'b', 'c');
const attributes = fc.dictionary(
  fc.constantFrom(
    'k8s.cni.cncf.io/deviceID',
    'resource.kubernetes.io/pciBusID',
    'k8s.cni.cncf.io/resourceName',
    'vendor/x',
  ),
  fc.string({ minLength: 1 }),
);
const slice: fc.Arbitrary<ResourceSlice> = fc.record({
  driver: name,
  pool: name,
  generation: fc.integer({ min: 0, max: 2 }),
  devices: fc.uniqueArray(fc.record({ name, attributes }), { selector: (each) => each.name }),
});
const place = fc.record({ driver: name, pool: name, device: name });

describe('K8S-20: finding a device in slices', () => {
  it('returns the one of its driver and pool in the newest generation, or none', () => {
    fc.assert(
      fc.property(fc.array(slice), place, (slices, where) => {
        const ofPool = slices.filter(({ driver, pool }) => driver === where.driver && pool === where.pool);
        const newest = Math.max(...ofPool.map(({ generation }) => generation));
        const candidates = ofPool
          .filter(({ generation }) => generation === newest)
          .flatMap(({ devices }) => devices.filter((each) => each.name === where.device));
        const found = identify(slices, where);
        expect(found === undefined).toBe(candidates.length === 0);
        const [first] = candidates;
        expect(found?.id).toBe(
          first?.attributes['k8s.cni.cncf.io/deviceID'] ?? first?.attributes['resource.kubernetes.io/pciBusID'],
        );
        expect(found?.resource).toBe(first?.attributes['k8s.cni.cncf.io/resourceName']);
      }),
    );
  });
  it('ignores slices of other drivers', () => {
    fc.assert(
      fc.property(fc.array(slice), fc.array(slice), place, (slices, more, where) => {
        const others = more.filter(({ driver }) => driver !== where.driver);
        expect(identify([...others, ...slices, ...others], where)).toEqual(identify(slices, where));
      }),
    );
  });
});

describe('a claim selection', () => {
  it('is split into a claim and, after the first "/", a request', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9-]{1,10}$/),
        fc.option(fc.stringMatching(/^[a-z]{1,5}(\/[a-z]{1,5})?$/)),
        (claim, request) => {
          const selection = request === null ? claim : `${claim}/${request}`;
          expect(parseClaimSelection(selection)).toEqual({ selection, claim, ...(request !== null && { request }) });
        },
      ),
    );
  });
  it.each([
    ['main', 'main', true],
    ['main/big', 'main', true],
    ['main/big', 'main/big', true],
    ['main', 'main/big', false],
    ['mainly', 'main', false],
  ])('treats a result of %s as one of request %s: %s', (result, request, is) => {
    expect(isOfRequest(result, request)).toBe(is);
  });
});
