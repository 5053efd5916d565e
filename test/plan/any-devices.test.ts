import { array, assert, constantFrom, option, property, record as object, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PodDevice } from '../../src/npwg/index.ts';
import { planFor } from './planned.ts';

const nad = { type: 'sriov', capabilities: { deviceID: true } };
const given = (list: readonly PodDevice[]) => ({ devices: { devices: list, warnings: [] } });
const ignoring = { config: { delegates: [{ type: 'bridge', name: 'cluster-net' }], missingDevice: 'ignore' } };

describe('choosing among any devices and networks', () => {
  const ids = ['0000:02:00.1', '0000:02:00.2', '0000:02:00.3', 'a', 'b'];
  const some = array(object({ id: constantFrom(...ids), resource: constantFrom('r/1', 'r/2') }), { maxLength: 8 });
  const networkNames = array(constantFrom('n1', 'n2', 'n3'), { maxLength: 5 });
  const kinds = object({
    n1: option(constantFrom('r/1', 'r/2'), { nil: undefined }),
    n2: constantFrom('r/1', 'r/2'),
    n3: constantFrom('r/2'),
  });
  const chosen = (
    all: readonly PodDevice[],
    networks: readonly string[],
    by: Readonly<Record<string, string | undefined>>,
  ): (PodDevice | undefined)[] => {
    const named = Object.entries(by).flatMap(([name, resource]) =>
      resource === undefined ? [] : [[`shop/${name}`, resource] as const],
    );
    const networkObjects = { 'shop/n1': nad, 'shop/n2': nad, 'shop/n3': nad };
    const plan = planFor({
      networks: networks.join(','),
      nads: networkObjects,
      resources: Object.fromEntries(named),
      more: given(all),
      ...ignoring,
    });
    return plan.attachments.slice(1).map(({ device }) => device);
  };
  const nameOf = ({ id, resource }: PodDevice): string => (id.includes(':') ? id : `${resource} ${id}`);

  it('uses no device twice or for another resource, and leaves none unused that a network needs', () => {
    assert(
      property(some, networkNames, kinds, (given, networks, by) => {
        const got = chosen(given, networks, by);
        const used = got.filter((device) => device !== undefined).map(nameOf);
        expect(new Set(used).size).toBe(used.length);
        for (const [index, name] of networks.entries()) {
          const device = got[index];
          const resource = by[name as keyof typeof by];
          expect(device?.resource === undefined || device.resource === resource).toBe(true);
          const couldHave = given.filter((each) => each.resource === resource && !used.includes(nameOf(each)));
          if (device === undefined) expect(couldHave).toEqual([]);
        }
      }),
    );
  });
  it('gives a device to as many networks as possible, even if a device belongs to a resource and a claim', () => {
    const device = object({
      id: constantFrom('a', 'b', 'c', 'd'),
      resource: constantFrom('r/1', undefined),
      claim: constantFrom('nics', undefined),
      request: constantFrom('x', 'y'),
    });
    const fits = { n1: { resource: 'r/1' }, n2: { claim: 'nics' }, n3: { claim: 'nics', request: 'x' } };
    const named = { nads: { 'shop/n1': nad, 'shop/n2': nad, 'shop/n3': nad }, resources: { 'shop/n1': 'r/1' } };
    const isAttachable = (name: string, each: object): boolean =>
      Object.entries(fits[name as keyof typeof fits]).every(
        ([key, value]) => (each as Record<string, unknown>)[key] === value,
      );
    assert(
      property(uniqueArray(device, { selector: ({ id }) => id, maxLength: 4 }), networkNames, (list, networks) => {
        const most = ([name, ...rest]: readonly string[], left: typeof list): number =>
          name === undefined
            ? 0
            : Math.max(
                most(rest, left),
                ...left
                  .filter((each) => isAttachable(name, each))
                  .map(
                    (each) =>
                      1 +
                      most(
                        rest,
                        left.filter((one) => one !== each),
                      ),
                  ),
              );
        const all = list.map(({ id, resource, claim, request }): PodDevice => {
          const claimed = { claim: { namespace: 'shop', name: 'c' }, request, driver: 'd', pool: 'p', device: id };
          return {
            id,
            ...(resource !== undefined && { resource }),
            ...(claim !== undefined && { claimed: { podClaim: claim, ...claimed } }),
          };
        });
        const claims = { 'shop/n2': 'nics', 'shop/n3': 'nics/x' };
        const got = planFor({
          ...named,
          networks: networks.join(','),
          claims,
          more: given(all),
          ...ignoring,
        }).attachments.flatMap((each) => each.device ?? []);
        expect(got).toHaveLength(most(networks, list));
        expect(new Set(got.map(({ id }) => id)).size).toBe(got.length);
      }),
      { numRuns: 2000 },
    );
  });
  it('chooses the same devices for the same pod, in whatever order they are listed', () => {
    const distinct = uniqueArray(object({ id: constantFrom(...ids), resource: constantFrom('r/1', 'r/2') }), {
      selector: nameOf,
      maxLength: 8,
    });
    assert(
      property(distinct, networkNames, kinds, (given, networks, by) => {
        expect(chosen(given.toReversed(), networks, by)).toEqual(chosen(given, networks, by));
      }),
    );
  });
});
