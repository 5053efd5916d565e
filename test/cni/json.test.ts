import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlexusError } from '../../src/errors/index.ts';
import {
  type CniVersion,
  type Result,
  cniVersions,
  decodeResult,
  encodeForRuntime,
  encodeResult,
  formatCniArgs,
  formatJson,
  mergeResults,
  parseCniArgs,
  parseConfiguration,
  parseInvocation,
  parseJson,
} from '../../src/cni/index.ts';

/** Runs work that may fail only with a PlexusError. */
function onlyOurs(work: () => unknown): true {
  try {
    work();
  } catch (error) {
    if (!(error instanceof PlexusError) || error.id === 'PLX-INTERNAL') throw error;
  }
  return true;
}

describe('CNI-42: JSON passes through without loss', () => {
  it.each(['12345678901234567890', '-0.1', '1e400', '0.1000000000000000055511151231257827', '1e2', '9007199254740993'])(
    'the number %s keeps its meaning',
    (number) => {
      const again = formatJson(parseJson(`{"n":[${number}]}`, 'test'));
      const [printed = ''] = /-?[\d.eE+-]+/.exec(again.slice(5)) ?? [];
      expect(
        printed === number ||
          (Number(printed) === Number(number) && Number.isFinite(Number(number)) && number.length < 17),
      ).toBe(true);
    },
  );
  it('integers of any size stay unchanged', () => {
    fc.assert(
      fc.property(fc.bigInt(), (number) => formatJson(parseJson(`{"n":${number}}`, 'test')) === `{"n":${number}}`),
    );
  });
  it('any JSON value stays unchanged', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ noUnicodeString: false }),
        (value) =>
          JSON.stringify(JSON.parse(formatJson(parseJson(JSON.stringify(value), 'test')))) === JSON.stringify(value),
      ),
    );
  });
  it('a key named __proto__ is an ordinary key', () => {
    expect(formatJson(parseJson('{"__proto__":{"x":1}}', 'test'))).toBe('{"__proto__":{"x":1}}');
  });
  it('excessive nesting is rejected with a PlexusError, and accepted values can be nested in others', () => {
    expect(() => parseJson('['.repeat(1_000_000), 'test')).toThrow('nested deeper than 1000 levels');
    const deep = `${'['.repeat(1000)}"[[[\\"[{"${']'.repeat(1000)}`;
    expect(formatJson(parseJson(deep, 'test'))).toBe(deep);
    expect(JSON.parse(`[[[[[[[[[[${deep}]]]]]]]]]]`)).toBeDefined();
  });
});

describe('any input is either parsed or rejected with a PlexusError', () => {
  it('any input is parsed as an invocation or rejected', () => {
    const env = fc.dictionary(
      fc.constantFrom('CNI_COMMAND', 'CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME', 'CNI_ARGS', 'CNI_PATH'),
      fc.oneof(fc.string(), fc.constantFrom('ADD', 'DEL', 'GC', 'CHECK', 'STATUS', 'eth0', 'c1')),
    );
    fc.assert(
      fc.property(env, fc.oneof(fc.string(), fc.json()), (some, stdin) =>
        onlyOurs(() => parseInvocation({ CNI_COMMAND: 'ADD', ...some }, stdin)),
      ),
    );
  });
  it('any input is parsed as a configuration or rejected', () => {
    const key = fc.constantFrom(
      'name',
      'type',
      'plugins',
      'cniVersion',
      'cniVersions',
      'disableCheck',
      'loadOnlyInlinedPlugins',
      'capabilities',
    );
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.constant('a'), fc.constant([{ type: 'x' }]))),
        (json) => onlyOurs(() => parseConfiguration(json as never, { source: 'test' })),
      ),
    );
  });
  it('any input is parsed as a result or rejected', () => {
    const key = fc.constantFrom('cniVersion', 'interfaces', 'ips', 'routes', 'dns', 'ip4', 'ip6');
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(...cniVersions),
      fc.array(fc.dictionary(fc.constantFrom('name', 'address', 'dst', 'interface'), fc.jsonValue())),
    );
    fc.assert(
      fc.property(fc.dictionary(key, value), (json) =>
        onlyOurs(() => decodeResult(json as never, { source: 'test', defaultVersion: '1.0.0' })),
      ),
    );
  });
});

describe('CNI-19: CNI_ARGS', () => {
  it('formatted pairs are parsed unchanged', () => {
    const pair = fc.tuple(fc.stringMatching(/^[A-Za-z_]+$/), fc.stringMatching(/^[^;]*$/));
    fc.assert(
      fc.property(
        fc.array(pair),
        (pairs) => formatCniArgs(parseCniArgs(formatCniArgs(pairs))) === formatCniArgs(pairs),
      ),
    );
  });
});

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const extra = fc.option(fc.dictionary(fc.stringMatching(/^x[A-Z]{1,3}$/), fc.integer(), { minKeys: 1 }), {
  nil: undefined,
});
const address = fc
  .oneof(fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })), fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 128 })))
  .map(([ip, prefix]) => `${ip}/${prefix}`);
const present = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
const resultOf = (cniVersion: CniVersion): fc.Arbitrary<Result> =>
  fc
    .record({
      cniVersion: fc.constant(cniVersion),
      interfaces: fc.array(
        fc
          .record({
            name,
            mac: fc.constant('02:00:00:00:00:01'),
            mtu: fc.integer({ min: 1, max: 9000 }),
            sandbox: fc.option(fc.constant('/n'), { nil: undefined }),
            extra,
          })
          .map(present),
        { maxLength: 3 },
      ),
      ips: fc.array(
        fc
          .record({ address, interface: fc.option(fc.integer({ min: -1, max: 5 }), { nil: undefined }), extra })
          .map(present),
        { maxLength: 3 },
      ),
      routes: fc.array(
        fc
          .record({
            dst: address,
            table: fc.option(fc.nat(9), { nil: undefined }),
            mtu: fc.option(fc.integer({ min: 1, max: 9000 }), { nil: undefined }),
          })
          .map(present),
        { maxLength: 3 },
      ),
      dns: fc.constantFrom({}, { nameservers: ['10.0.0.10'], search: ['a.b'] }),
      extra,
    })
    .map((each) => present(each) as Result);
const decode = (json: object): Result => decodeResult(json as never, { source: 'test', defaultVersion: '1.0.0' });

describe('results', () => {
  it('CNI-80: keep everything in their own version, unknown keys included', () => {
    fc.assert(
      fc.property(resultOf('1.1.0'), (result) => {
        expect(decode(encodeResult(result, '1.1.0'))).toEqual(result);
      }),
    );
  });
  it('CNI-81: keep everything that 0.4.0 can hold through 1.1.0 → 0.4.0 → 1.1.0', () => {
    fc.assert(
      fc.property(resultOf('1.1.0'), (result) => {
        const back = decode(encodeResult(decode(encodeResult(result, '0.4.0')), '1.1.0'));
        expect(back.interfaces.map((link) => [link.name, link.mac, link.sandbox])).toEqual(
          result.interfaces.map((link) => [link.name, link.mac, link.sandbox]),
        );
        expect(back.ips.map((ip) => [ip.address, ip.interface])).toEqual(
          result.ips.map((ip) => [ip.address, ip.interface]),
        );
        expect([back.routes, back.dns]).toEqual([result.routes, result.dns]);
      }),
    );
  });
  it('K8S-56: have no address index out of range when sent to containerd', () => {
    fc.assert(
      fc.property(resultOf('1.0.0'), (result) => {
        const { interfaces = [], ips = [] } = encodeForRuntime(result, '1.0.0') as {
          interfaces?: object[];
          ips?: { interface?: number }[];
        };
        return (
          ips.length === result.ips.length &&
          ips.every(({ interface: index }) => index === undefined || (index >= 0 && index < interfaces.length))
        );
      }),
    );
  });
  it('CNI-22: lose nothing of either side when merged, and indexes keep their interfaces', () => {
    fc.assert(
      fc.property(resultOf('1.0.0'), resultOf('1.0.0'), (before, after) => {
        const merged = mergeResults(before, after);
        expect(merged.interfaces.slice(0, after.interfaces.length)).toEqual(after.interfaces);
        for (const link of before.interfaces)
          expect(merged.interfaces.map((each) => `${each.name} ${each.sandbox}`)).toContain(
            `${link.name} ${link.sandbox}`,
          );
        for (const ip of [...before.ips, ...after.ips])
          expect(merged.ips.map((each) => each.address)).toContain(ip.address);
      }),
    );
  });
});
