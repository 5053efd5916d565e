import {
  type Arbitrary,
  array,
  assert,
  constantFrom,
  dictionary,
  json,
  jsonValue,
  oneof,
  option,
  property,
  record as object,
  string as text,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/cni/index.ts';
import { PlexusError } from '../../src/errors/index.ts';
import {
  type PathListing,
  type Plan,
  type PlanInputs,
  decodeRecord,
  encodeRecord,
  makePlan,
  newRecord,
  parseSettings,
  wantedFor,
} from '../../src/plan/index.ts';
import { able, clusterNet, file, folder, inputsFor } from './planned.ts';

describe('for any inputs: a plan, or a PlexusError', () => {
  const planned = (inputs: PlanInputs): Plan | undefined => {
    try {
      wantedFor(inputs.settings, inputs.pod);
      return makePlan(inputs);
    } catch (error) {
      expect(error).toBeInstanceOf(PlexusError);
      return undefined;
    }
  };
  const isSound = (inputs: PlanInputs): boolean => {
    const plan = planned(inputs);
    if (plan === undefined) return true;
    const names = plan.attachments.map(({ interfaceName }) => interfaceName);
    expect(new Set(names).size).toBe(names.length);
    expect(names[0]).toBe(inputs.call.ifName);
    expect(names.filter((name) => name !== 'eth0' && inputs.links.includes(name))).toEqual([]);
    const record = newRecord(plan, inputs.call, inputs.pod, 'now');
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
    return true;
  };
  const anything = jsonValue() as Arbitrary<JsonValue>;
  const almost = (values: readonly JsonValue[]): Arbitrary<JsonValue> => oneof({ weight: 3, arbitrary: constantFrom(...values) }, anything);
  const plugin = oneof(
    anything,
    object(
      {
        type: almost(['bridge', '']),
        name: almost(['x', '']),
        cniVersion: almost(['1.0.0', '0.4.0']),
        capabilities: almost([{ ips: true }, { mac: false }]),
        args: almost([{ cni: {} }, { cni: 1 }]),
      },
      { requiredKeys: [] },
    ) as Arbitrary<JsonValue>,
  );
  const configuration = oneof(
    plugin,
    object({ name: almost(['x']), plugins: oneof(anything, array(plugin, { maxLength: 3 })) }, { requiredKeys: [] }) as Arbitrary<JsonValue>,
  );
  const element = oneof(
    anything,
    object(
      {
        name: almost(['a', 'b', 'able']),
        namespace: almost(['shop', 'other']),
        interface: almost(['x', 'net1', 'net2', 'eth0', 'lo']),
        ips: almost([['10.0.0.1']]),
        mac: almost(['02:00:00:00:00:01']),
        'cni-args': almost([{}, { a: 1 }]),
        'default-route': almost([[], ['10.0.0.1'], ['fd00::1']]),
        deviceID: almost(['d']),
        bandwidth: almost([{ ingressRate: 1 }]),
        portMappings: almost([[{ hostPort: 1, containerPort: 1 }]]),
        'ipam-claim-reference': almost(['c']),
      },
      { requiredKeys: ['name'] },
    ) as Arbitrary<JsonValue>,
  );
  const annotation = oneof(
    text(),
    json(),
    array(element, { maxLength: 5 }),
    array(constantFrom('a', 'b', 'able', 'able@net1', 'other/x', 'a@x'), { maxLength: 5 }).map((names) => names.join(',')),
  );
  const content = oneof(text(), configuration) as Arbitrary<JsonValue>;

  it('any selections of networks that exist', () => {
    assert(
      property(option(annotation), option(annotation), constantFrom('fail', 'ignore'), (networks, defaultNetwork, invalidAnnotation) => {
        const config = { delegates: [clusterNet, { ...able, name: 'two' }], invalidAnnotation };
        return isSound(
          inputsFor({
            config,
            networks: (networks ?? undefined) as string,
            defaultNetwork: (defaultNetwork ?? undefined) as string,
            more: { links: ['lo', 'net2'] },
          }),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('any NADs, delegates and args', () => {
    assert(
      property(content, configuration, configuration, (nad, first, second) => {
        const nads = { 'shop/a': nad as JsonObject };
        const config = { delegates: [first, second].filter((each) => typeof each === 'object' && each !== null && !Array.isArray(each)) };
        if (config.delegates.length === 0) return true;
        return isSound(inputsFor({ config, networks: [{ name: 'a', 'cni-args': { a: 1 } }], nads }));
      }),
      { numRuns: 500 },
    );
  });

  it('any files', () => {
    const files = dictionary(constantFrom('1.conf', '2.conflist', '3.json', '4.conf'), option(content, { nil: undefined }));
    const listing = files.map((each): PathListing => folder(each, { x: [file('/net.d/x/1.conf', '{"type":"s"}')] }));
    const config = { clusterNetwork: '/net.d/', defaultNetworks: ['x'], auxiliaryCNIChainName: 'chain' };
    assert(
      property(listing, listing, (confDir, chain) => {
        const paths = new Map([
          ['/net.d/', confDir],
          ['/net.d/chain', chain],
        ]);
        return isSound(inputsFor({ config, networks: 'a', nads: { 'shop/a': '' }, more: { confDir, paths } }));
      }),
      { numRuns: 500 },
    );
  });

  it('any configuration of the node', () => {
    assert(
      property(
        object(
          {
            delegates: oneof(anything, array(configuration, { maxLength: 2 })),
            clusterNetwork: anything,
            defaultNetworks: anything,
            globalNamespaces: anything,
            namespaceIsolation: anything,
          },
          { requiredKeys: [] },
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
    );
  });
});
