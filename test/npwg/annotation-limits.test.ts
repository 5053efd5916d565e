import { describe, expect, it } from 'vitest';
import { parseSelections } from '../../src/npwg/index.ts';

// Annotations are checked for size before anything is built from them, because any pod author can write them.
const selections = (text: string, most?: number) => parseSelections(text, 'shop', most).selections;
const list = (...elements: readonly object[]): string => JSON.stringify(elements);
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const refusal = (id: string, says: string) => expect.objectContaining({ id, message: expect.stringContaining(says) });

describe('the number of networks in an annotation', () => {
  it.each([
    { form: 'short', text: 'a,'.repeat(33).slice(0, -1) },
    { form: 'short, with names that are wrong', text: '!,'.repeat(33).slice(0, -1) },
    { form: 'long', text: list(...times(33, () => ({ name: 'a' }))) },
    { form: 'long, with elements that are wrong', text: list(...times(33, () => ({}))) },
  ])('is checked before parsing: rejects 33 networks with a limit of 32 in the $form form', ({ text }) => {
    expect(() => selections(text, 32)).toThrow(
      refusal(
        'PLX-NETWORKS-TOO-MANY',
        'annotation k8s.v1.cni.cncf.io/networks names 33 networks, but maxNetworksPerPod allows 32',
      ),
    );
  });

  it('is limited by a setting that the fix names', () => {
    expect(() => selections('a,a', 1)).toThrow(
      expect.objectContaining({
        kind: expect.objectContaining({ fix: expect.stringContaining('raise maxNetworksPerPod') }),
      }),
    );
  });

  it('may be up to the limit', () => {
    expect(selections('a,'.repeat(250).slice(0, -1), 250)).toHaveLength(250);
    expect(selections(list(...times(32, () => ({ name: 'a' }))), 32)).toHaveLength(32);
  });
});

describe('the size of an annotation', () => {
  it.each([
    {
      what: 'more bytes than the annotations of an object may have',
      text: ' '.repeat(256 * 1024 + 1),
      says: 'a string of at most 262144 bytes (it has 262145 characters)',
    },
    {
      what: 'many small values',
      text: `[{"name":"a","cni-args":{"x":[${'0,'.repeat(16_000)}0]}}]`,
      says: 'at most 16000 values in all',
    },
    {
      what: 'many members with the same name',
      text: `[{${'"name":"a",'.repeat(16_001)}"name":"a"}]`,
      says: 'at most 16000 values in all',
    },
    { what: 'many empty lists that are not closed', text: '[[],'.repeat(20_000), says: 'at most 16000 values in all' },
    { what: 'deep nesting', text: '['.repeat(15_000), says: 'nested deeper than' },
    {
      what: 'deep nesting of cni-args',
      text: `[{"name":"a","cni-args":{"x":${'['.repeat(70)}${']'.repeat(70)}}}]`,
      says: 'nested deeper than 64 levels',
    },
    {
      what: '1,025 addresses',
      text: list({ name: 'a', ips: times(1025, () => '10.0.0.1') }),
      says: 'at most 1024 (it has 1025)',
    },
    {
      what: '1,025 port mappings',
      text: list({ name: 'a', portMappings: times(1025, () => ({ hostPort: 1, containerPort: 1 })) }),
      says: 'at most 1024 (it has 1025)',
    },
    {
      what: '65 gateways',
      text: list({ name: 'a', 'default-route': times(65, () => '10.0.0.1') }),
      says: 'a list of at most 64 IP addresses',
    },
    { what: 'a name of 200,000 letters', text: list({ name: 'a'.repeat(200_000) }), says: 'the name of an object' },
    {
      what: 'an address of 200,000 colons',
      text: list({ name: 'a', ips: [':'.repeat(200_000)] }),
      says: 'an IPv4 or IPv6 address',
    },
    { what: '200,000 slashes', text: '/'.repeat(200_000), says: '"namespace/name" or "name"' },
    { what: '200,000 at signs', text: '@'.repeat(200_000), says: 'a network with at most one "@"' },
  ])('rejects $what and quotes only a part', ({ text, says }) => {
    const refused = refusal('PLX-SELECTION-INVALID', says);
    expect(() => selections(text)).toThrow(refused);
    try {
      selections(text);
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(400);
    }
  });

  it('accepts 32 networks with every request', () => {
    const element = (index: number) => ({
      name: `network-${index}`,
      namespace: 'shop',
      interface: `net${index}`,
      ips: times(8, (address) => `10.0.${index}.${address}/24`),
      mac: '02:00:00:00:00:01',
      portMappings: times(40, (port) => ({ hostPort: 1000 + port, containerPort: port + 1, protocol: 'TCP' })),
      bandwidth: { ingressRate: 1, egressRate: 1 },
      'cni-args': { a: times(20, String) },
    });
    expect(selections(list(...times(32, element)), 32)).toHaveLength(32);
  });

  it('keeps a number of 200,000 digits unchanged for the plugin', () => {
    const [one] = selections(`[{"name":"a","cni-args":{"x":${'9'.repeat(200_000)}}}]`);
    expect(JSON.stringify(one?.cniArgs)).toBe(`{"x":${'9'.repeat(200_000)}}`);
  });
});
