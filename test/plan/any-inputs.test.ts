import {
  type Arbitrary,
  array,
  assert,
  constantFrom,
  dictionary,
  json,
  oneof,
  option,
  property,
  record as object,
  string as text,
} from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JsonObject, type JsonValue, parseJson } from '../../src/cni/index.ts';
import { PlexusError } from '../../src/errors/index.ts';
import type { ConfPath } from '../../src/cni/index.ts';
import {
  type Plan,
  type PlanInputs,
  decodeRecord,
  encodeRecord,
  makePlan,
  newRecord,
  parseSettings,
  requiredReads,
} from '../../src/plan/index.ts';
import { able, clusterNet, file, folder, inputsFor } from './planned.ts';

describe('planning any inputs returns a plan or throws a PlexusError', () => {
  let plans = 0;
  beforeEach(() => {
    plans = 0;
  });
  // otherwise only rejections would be tested
  afterEach(() => expect(plans).toBeGreaterThan(20));
  const planned = (inputs: PlanInputs): Plan | undefined => {
    try {
      requiredReads(inputs.settings, inputs.pod);
      return makePlan(inputs);
    } catch (error) {
      expect(error).toBeInstanceOf(PlexusError);
      return undefined;
    }
  };
  const isSound = (inputs: PlanInputs): boolean => {
    const plan = planned(inputs);
    if (plan === undefined) return true;
    plans += 1;
    const names = plan.attachments.map(({ interfaceName }) => interfaceName);
    expect(new Set(names).size).toBe(names.length);
    expect(names[0]).toBe(inputs.call.ifName);
    expect(names.filter((name) => name !== 'eth0' && inputs.links.includes(name))).toEqual([]);
    const record = newRecord(plan, inputs.call, inputs.pod, 'now');
    expect(decodeRecord(encodeRecord(record), 'x.json')).toEqual(record);
    return true;
  };
  // through text, so that it contains no -0
  const anything = json().map((each) => parseJson(each, 'test'));
  // mostly valid, so that many inputs give a plan and mistakes occur one at a time
  const almost = (values: readonly JsonValue[]): Arbitrary<JsonValue> =>
    oneof({ weight: 29, arbitrary: constantFrom(...values) }, anything);
  const often = (arbitrary: Arbitrary<unknown>): Arbitrary<JsonValue> =>
    oneof({ weight: 29, arbitrary: arbitrary as Arbitrary<JsonValue> }, anything);
  const plugin = often(
    object(
      {
        type: almost(['bridge', 'portmap']),
        name: almost(['x', '']),
        cniVersion: almost(['1.0.0', '0.4.0', '']),
        capabilities: almost([{ ips: true }, { mac: false }]),
        args: almost([{ cni: {} }, { cni: { a: 2 }, labels: [] }]),
        runtimeConfig: anything,
      },
      { requiredKeys: ['type'] },
    ),
  );
  const conf = often(
    object(
      { name: almost(['x', 'y']), type: almost(['bridge']), cniVersion: almost(['1.0.0']), args: almost([{}]) },
      { requiredKeys: ['name', 'type'] },
    ),
  );
  const list = often(
    object(
      {
        name: almost(['x', 'y']),
        plugins: often(array(plugin, { minLength: 1, maxLength: 3 })),
        disableCheck: almost([true, 'false']),
      },
      { requiredKeys: ['name', 'plugins'] },
    ),
  );
  const configuration = oneof(conf, list);
  const element = often(
    object(
      {
        name: almost(['able', 'able', 'a', 'b']),
        namespace: almost(['shop', 'shop', 'other']),
        interface: almost(['x', 'net1', 'net3', 'y', 'z', 'w', 'eth0', 'lo']),
        ips: almost([['10.0.0.1']]),
        mac: almost(['02:00:00:00:00:01']),
        'cni-args': almost([{}, { a: 1 }]),
        deviceID: almost(['d']),
        bandwidth: almost([{ ingressRate: 1 }]),
        portMappings: almost([[{ hostPort: 1, containerPort: 1 }]]),
        'default-route': almost([[], ['10.0.0.1'], ['fd00::1']]),
        'ipam-claim-reference': almost(['c']),
      },
      { requiredKeys: ['name'] },
    ),
  );
  const annotation = oneof(
    text(),
    json(),
    array(element, { maxLength: 5 }),
    array(constantFrom('a', 'b', 'able', 'able@net1', 'other/x', 'a@x'), { maxLength: 5 }).map((names) =>
      names.join(','),
    ),
  );
  const content = oneof({ weight: 9, arbitrary: configuration }, text() as Arbitrary<JsonValue>);

  it('for any selections of existing networks', () => {
    assert(
      property(
        option(annotation),
        option(annotation),
        constantFrom('fail', 'ignore'),
        (networks, defaultNetwork, invalidAnnotation) => {
          const config = { delegates: [clusterNet, { ...able, name: 'two' }], invalidAnnotation };
          return isSound(
            inputsFor({
              config,
              networks: (networks ?? undefined) as string,
              defaultNetwork: (defaultNetwork ?? undefined) as string,
              more: { links: ['lo', 'net2'] },
            }),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('for any NADs, delegates and args', () => {
    assert(
      property(content, configuration, configuration, (nad, first, second) => {
        const nads = { 'shop/a': nad as JsonObject };
        const config = {
          delegates: [first, second].filter(
            (each) => typeof each === 'object' && each !== null && !Array.isArray(each),
          ),
        };
        if (config.delegates.length === 0) return true;
        return isSound(inputsFor({ config, networks: [{ name: 'a', 'cni-args': { a: 1 } }], nads }));
      }),
      { numRuns: 500 },
    );
  });

  it('for any files', () => {
    const files = dictionary(
      constantFrom('1.conf', '2.conflist', '3.json', '4.conf'),
      option(content, { nil: undefined, freq: 19 }),
    );
    const listing = files.map((each): ConfPath => folder(each, { x: [file('/net.d/x/1.conf', '{"type":"s"}')] }));
    const config = { clusterNetwork: '/net.d/', defaultNetworks: ['x'], auxiliaryCNIChainName: 'chain' };
    assert(
      property(listing, listing, (confDir, chain) => {
        const paths = new Map([
          ['/net.d/', confDir],
          ['/net.d/chain', chain],
        ]);
        return isSound(inputsFor({ config, networks: 'x', nads: { 'shop/x': '' }, more: { confDir, paths } }));
      }),
      { numRuns: 500 },
    );
  });

  it('for any configuration of the node', () => {
    assert(
      property(
        object(
          {
            delegates: often(array(configuration, { minLength: 1, maxLength: 2 })),
            clusterNetwork: almost(['', 'main', '/net.d/']),
            defaultNetworks: almost([[], ['two']]),
            globalNamespaces: almost(['default']),
            namespaceIsolation: almost([true, false]),
            binDir: almost(['/x', ['/x']]),
          },
          { requiredKeys: ['delegates'] },
        ),
        (config) => {
          try {
            const { settings } = parseSettings(config as JsonObject);
            return isSound({ ...inputsFor({ networks: 'a' }), settings });
          } catch (error) {
            return error instanceof PlexusError;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
