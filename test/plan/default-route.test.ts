import { type Arbitrary, array, assert, constantFrom, ipV4, ipV6, oneof, option, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result, ResultRoute } from '../../src/cni/index.ts';
import { type Attachment, type DefaultRoutes, settleRoutes } from '../../src/plan/index.ts';
import { decideDefaultRoutes } from '../../src/plan/default-route.ts';
import { failure, inputsFor, planFor } from './planned.ts';
import { makePlan } from '../../src/plan/index.ts';

const shown = ({ v4, v6 }: DefaultRoutes): string =>
  [v4, v6].map((each) => (each.kind === 'gateways' ? each.gateways.join('+') : each.kind)).join(' ');

describe('NPWG-53 to NPWG-57: who has the default route, by family (IPv4 IPv6)', () => {
  it.each([
    { title: 'no request', requested: [undefined, undefined], owners: ['unmanaged unmanaged', 'unmanaged unmanaged'] },
    {
      title: 'an IPv4 gateway',
      requested: [undefined, ['10.0.0.1']],
      owners: ['removed unmanaged', '10.0.0.1 unmanaged'],
    },
    {
      title: 'an IPv6 gateway',
      requested: [undefined, ['fd00::1']],
      owners: ['unmanaged removed', 'unmanaged fd00::1'],
    },
    {
      title: 'one of each',
      requested: [undefined, ['10.0.0.1', 'fd00::1']],
      owners: ['removed removed', '10.0.0.1 fd00::1'],
    },
    { title: 'an empty list, which claims both', requested: [undefined, []], owners: ['removed removed', 'own own'] },
    {
      title: 'elements without the key',
      requested: [undefined, undefined, []],
      owners: ['removed removed', 'removed removed', 'own own'],
    },
    {
      title: 'several of one family',
      requested: [undefined, ['10.0.0.1', '10.0.0.2']],
      owners: ['removed unmanaged', '10.0.0.1+10.0.0.2 unmanaged'],
    },
    {
      title: 'a request to the default network',
      requested: [['10.0.0.9'], undefined],
      owners: ['10.0.0.9 unmanaged', 'removed unmanaged'],
    },
    { title: 'no delegates', requested: [], owners: [] },
  ])('is decided by $title: $owners', ({ requested, owners }) => {
    expect(decideDefaultRoutes(requested).map(shown)).toEqual(owners);
  });

  it('is part of the plan', () => {
    const plan = planFor({
      networks: ['a', 'b'].map((name) => ({ name, ...(name === 'b' && { 'default-route': ['10.1.0.1'] }) })),
    });
    expect(plan.attachments.map(({ defaultRoute }) => shown(defaultRoute))).toEqual([
      'removed unmanaged',
      'removed unmanaged',
      '10.1.0.1 unmanaged',
    ]);
  });

  it('is requested by at most one element of both annotations', () => {
    const situation = {
      defaultNetwork: [{ name: 'a', namespace: 'shop', 'default-route': [] }],
      networks: [{ name: 'b', 'default-route': ['10.1.0.1'] }],
    };
    expect(() => makePlan(inputsFor(situation))).toThrow(
      failure('PLX-SELECTION-INVALID', /networks, element 1, default-route: \["10.1.0.1"\] is not allowed here/),
    );
  });
});

const empty: Result = { cniVersion: '1.0.0', interfaces: [], ips: [], routes: [], dns: {} };
const unmanaged = { kind: 'unmanaged' } as const;
const attachment = (defaultRoute: Partial<DefaultRoutes>): Attachment => ({
  interfaceName: 'net1',
  network: 'shop/a',
  isDefault: false,
  configuration: { name: 'a', cniVersion: '1.0.0', disableCheck: false, disableGC: false, plugins: [] },
  runtimeConfig: {},
  cniArgs: '',
  defaultRoute: { v4: unmanaged, v6: unmanaged, ...defaultRoute },
});

const v4: ResultRoute = { dst: '0.0.0.0/0', gw: '10.0.0.1' };
const v6: ResultRoute = { dst: '::/0', gw: 'fd00::1' };
const other: ResultRoute = { dst: '10.9.0.0/16', gw: '10.0.0.1' };
const policy: ResultRoute = { dst: '0.0.0.0/0', gw: '10.0.0.1', table: 100 };

describe('NPWG-54, NPWG-58: the routes of the kernel and the matching result', () => {
  it.each([
    { title: 'unmanaged: all routes stay', decided: {}, routes: [v4, v6, other], after: [v4, v6, other], kernel: {} },
    {
      title: 'IPv4 removed',
      decided: { v4: { kind: 'removed' } },
      routes: [v4, v6, other],
      after: [v6, other],
      kernel: { v4: [] },
    },
    {
      title: 'IPv6 removed, in any notation',
      decided: { v6: { kind: 'removed' } },
      routes: [v4, { dst: '::0/0' }],
      after: [v4],
      kernel: { v6: [] },
    },
    {
      title: 'removed although the result contains none',
      decided: { v4: { kind: 'removed' } },
      routes: [],
      after: [],
      kernel: { v4: [] },
    },
    {
      title: 'policy routes stay',
      decided: { v4: { kind: 'removed' } },
      routes: [policy],
      after: [policy],
      kernel: { v4: [] },
    },
    {
      title: 'routes in the tables main and unspecified are removed',
      decided: { v4: { kind: 'removed' } },
      routes: [
        { ...v4, table: 254 },
        { ...v4, table: 0 },
      ],
      after: [],
      kernel: { v4: [] },
    },
    {
      title: 'a route to half of the addresses is not a default route',
      decided: { v4: { kind: 'removed' } },
      routes: [{ dst: '0.0.0.0/1' }],
      after: [{ dst: '0.0.0.0/1' }],
      kernel: { v4: [] },
    },
    {
      title: 'one gateway',
      decided: { v4: { kind: 'gateways', gateways: ['10.0.0.5'] } },
      routes: [v4, other],
      after: [other, { dst: '0.0.0.0/0', gw: '10.0.0.5' }],
      kernel: { v4: [{ gateway: '10.0.0.5' }] },
    },
    {
      title: 'NPWG-57: several gateways, the first preferred',
      decided: { v6: { kind: 'gateways', gateways: ['fd00::5', 'fd00::6'] } },
      routes: [v6],
      after: [
        { dst: '::/0', gw: 'fd00::5', priority: 100 },
        { dst: '::/0', gw: 'fd00::6', priority: 200 },
      ],
      kernel: {
        v6: [
          { gateway: 'fd00::5', metric: 100 },
          { gateway: 'fd00::6', metric: 200 },
        ],
      },
    },
    {
      title: "NPWG-56: the delegate's own",
      decided: { v4: { kind: 'own' }, v6: { kind: 'own' } },
      routes: [v4, { ...v6, priority: 7 }, other],
      after: [v4, { ...v6, priority: 7 }, other],
      kernel: { v4: [{ gateway: '10.0.0.1' }], v6: [{ gateway: 'fd00::1', metric: 7 }] },
    },
    {
      title: 'priority 0 means no metric',
      decided: { v4: { kind: 'own' } },
      routes: [{ ...v4, priority: 0 }],
      after: [{ ...v4, priority: 0 }],
      kernel: { v4: [{ gateway: '10.0.0.1' }] },
    },
    {
      title: "the delegate's own, not in the result: the kernel is not changed",
      decided: { v4: { kind: 'own' } },
      routes: [other],
      after: [other],
      kernel: {},
    },
  ] as const)('$title', ({ decided, routes, after, kernel }) => {
    expect(settleRoutes(attachment(decided), { ...empty, routes })).toEqual({
      result: { ...empty, routes: after },
      kernel,
    });
  });

  it.each([
    {
      title: 'the gateway of its address',
      ips: [
        { address: 'fd00::2/64', gateway: 'fd00::1' },
        { address: '10.0.0.2/24', gateway: '10.0.0.1' },
      ],
      kernel: [{ gateway: '10.0.0.1' }],
    },
    {
      title: 'its link, without such a gateway',
      ips: [{ address: 'fd00::2/64', gateway: 'fd00::1' }, { address: '10.0.0.2/24' }],
      kernel: [{}],
    },
  ])("NPWG-56: send the delegate's own route without a gateway through $title", ({ ips, kernel }) => {
    const result = { ...empty, ips, routes: [{ dst: '0.0.0.0/0' }] };
    expect(settleRoutes(attachment({ v4: { kind: 'own' } }), result)).toEqual({ result, kernel: { v4: kernel } });
  });
});

const route: Arbitrary<ResultRoute> = record(
  {
    dst: oneof(
      constantFrom('0.0.0.0/0', '::/0', '::0/0', '0:0::/0', '0.0.0.0/1', 'x', ''),
      ipV4().map((ip) => `${ip}/24`),
    ),
    gw: oneof(ipV4(), ipV6()),
    table: constantFrom(0, 100, 254),
    priority: constantFrom(0, 5),
  },
  { requiredKeys: ['dst'] },
);
const decision = constantFrom(
  { kind: 'unmanaged' },
  { kind: 'removed' },
  { kind: 'own' },
  { kind: 'gateways', gateways: ['10.0.0.5'] },
) as Arbitrary<DefaultRoutes['v4']>;
const isDefault = ({ dst, table }: ResultRoute, family: 'v4' | 'v6'): boolean =>
  (family === 'v4' ? ['0.0.0.0/0'] : ['::/0', '::0/0', '0:0::/0']).includes(dst) && table !== 100;

describe('NPWG-54: the routes for any result', () => {
  it('contain no default route of a removed family, and every other route in order', () => {
    assert(
      property(array(route), decision, decision, (routes, first, second) => {
        const settled = settleRoutes(attachment({ v4: first, v6: second }), { ...empty, routes });
        const left = settled.result.routes;
        if (first.kind === 'removed') expect(left.filter((each) => isDefault(each, 'v4'))).toEqual([]);
        if (second.kind === 'removed') expect(left.filter((each) => isDefault(each, 'v6'))).toEqual([]);
        const others = (list: readonly ResultRoute[]): ResultRoute[] =>
          list.filter((each) => !isDefault(each, 'v4') && !isDefault(each, 'v6'));
        expect(others(left)).toEqual(others(routes));
      }),
    );
  });

  it('have exactly one owner per family, or are unmanaged', () => {
    const requested = array(option(array(oneof(ipV4(), ipV6()), { maxLength: 3 }), { nil: undefined }), {
      maxLength: 6,
    });
    assert(
      property(requested, (all) => {
        const decided = decideDefaultRoutes(all);
        for (const family of ['v4', 'v6'] as const) {
          const kinds = decided.map((each) => each[family].kind);
          const owners = kinds.filter((kind) => kind === 'own' || kind === 'gateways').length;
          expect(
            kinds.every((kind) => kind === 'unmanaged') ||
              (owners === 1 && kinds.every((kind) => kind !== 'unmanaged')),
          ).toBe(true);
        }
      }),
    );
  });
});
