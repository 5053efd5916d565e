import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultRoutesFrom, entriesThrough, linksFrom } from '../../src/host/ip-json.ts';

describe('parsing the output of ip -j', () => {
  it('reads name, MAC, MTU, state and addresses of links', () => {
    const text = `[{},{"ifindex":1,"ifname":"lo","flags":["LOOPBACK"],"mtu":65536,"address":"00:00:00:00:00:00","addr_info":[]},
      {"ifindex":3,"link_index":2,"ifname":"net1","flags":["BROADCAST","UP"],"mtu":1500,"address":"02:00:00:00:00:01",
       "addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":24},{"family":"inet6","local":"fd00::1","prefixlen":64},{}]}]`;
    expect(linksFrom(text)).toEqual([
      { name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536, up: false, addresses: [] },
      { name: 'net1', mac: '02:00:00:00:00:01', mtu: 1500, up: true, addresses: ['10.0.0.1/24', 'fd00::1/64'] },
    ]);
  });

  it('lists routes strongest first, with one entry per next hop through the interface', () => {
    const text = `[{"dst":"default","gateway":"10.0.0.2","dev":"a","metric":9},{"dst":"10.0.0.0/24","dev":"a"},
      {"dst":"default","metric":5,"nexthops":[{"gateway":"10.0.0.3","dev":"a","weight":1},{"gateway":"10.1.0.3","dev":"b","weight":1}]},
      {"dst":"default","via":{"family":"inet6","host":"fe80::1"},"dev":"a"},{"dst":"default","dev":"b"}]`;
    expect(entriesThrough('a', defaultRoutesFrom(text))).toEqual([
      { gateway: 'fe80::1' },
      { gateway: '10.0.0.3', metric: 5 },
      { gateway: '10.0.0.2', metric: 9 },
    ]);
    expect(entriesThrough('b', defaultRoutesFrom(text))).toEqual([{}, { gateway: '10.1.0.3', metric: 5 }]);
  });

  it.each(['', ' \n', '[]', '[{}]', 'null', '{}', '7'])('returns nothing for %j', (text) => {
    expect(linksFrom(text)).toEqual([]);
    expect(defaultRoutesFrom(text)).toEqual([]);
  });

  it('any JSON is parsed completely or rejected with an Error', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        for (const read of [linksFrom, defaultRoutesFrom]) {
          try {
            expect(Array.isArray(read(text))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }),
    );
  });
});
