import { describe, expect, it } from 'vitest';
import { type NetworkStatus, parseSelections, withNetwork, withoutInterface } from '../../src/npwg/index.ts';

const add = (text: string | undefined, network: string): string => {
  const [selection] = parseSelections(network, 'shop').selections;
  if (selection === undefined) throw new Error('the test names no network');
  return withNetwork(text, selection, 'shop');
};
const entry = (link: string, name: string, isDefault = false): NetworkStatus => ({
  interface: link,
  name,
  default: isDefault,
  dns: {},
});
const remove = (text: string | undefined, interfaceName: string, ...status: readonly NetworkStatus[]) =>
  withoutInterface(text, { interfaceName, podNamespace: 'shop', status });

describe('adding a network to an annotation', () => {
  it.each([
    [undefined, 'a', 'a'],
    ['', 'infra/a@x', 'infra/a@x'],
    ['b , c', 'a@x', 'b , c,a@x'],
    ['[]', 'a', '[{"name":"a"}]'],
    [
      '[{"name":"b","mac":"02:00:00:00:00:01"}]',
      'infra/a@x',
      '[{"name":"b","mac":"02:00:00:00:00:01"},{"name":"a","namespace":"infra","interface":"x"}]',
    ],
  ])('keeps the other elements of %j', (before, network, after) => {
    expect(add(before, network)).toBe(after);
  });
  it('refuses an interface name that another element has, and an invalid annotation', () => {
    expect(() => add('b@x', 'a@x')).toThrow(/x/);
    expect(() => add('[{"name"', 'a')).toThrow(/JSON/);
  });
  it('keeps numbers that JavaScript cannot represent', () => {
    const before = '[{"name":"b","cni-args":{"id":12345678901234567890}}]';
    expect(add(before, 'a')).toBe('[{"name":"b","cni-args":{"id":12345678901234567890}},{"name":"a"}]');
  });
});

describe('removing the element of an interface from an annotation', () => {
  it('removes the element that names the interface', () => {
    expect(remove('a,b@x,c', 'x')).toBe('a,c');
    expect(remove('[{"name":"a"},{"name":"b","interface":"x"}]', 'x')).toBe('[{"name":"a"}]');
  });
  it('removes the unnamed element that got the interface, according to network-status', () => {
    const status = [
      entry('eth0', 'cluster-net', true),
      entry('net1', 'shop/a'),
      entry('x', 'shop/a'),
      entry('net3', 'shop/a'),
    ];
    expect(remove('a,a@x,a,b', 'net3', ...status)).toBe('a,a@x,b');
    expect(remove('a,a@x,a,b', 'net1', ...status)).toBe('a@x,a,b');
  });
  it('leaves an empty list, not an empty text, after the last element', () => {
    expect(remove('a@x', 'x')).toBe('[]');
  });
  it('finds no element for the default network or an unknown interface', () => {
    const status = [entry('eth0', 'cluster-net', true), entry('net1', 'shop/a')];
    expect(remove('a', 'eth0', ...status)).toBeUndefined();
    expect(remove('a', 'net7', ...status)).toBeUndefined();
    expect(remove(undefined, 'net1', ...status)).toBeUndefined();
  });
});
