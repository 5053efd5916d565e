import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemOf } from '../../src/errors/index.ts';
import { parseSelections } from '../../src/npwg/index.ts';

const messageOf = (text: string): string => {
  try {
    parseSelections(text, 'mine');
  } catch (error) {
    return problemOf(error);
  }
  return 'accepted';
};
const refusal = (element: object): string => messageOf(JSON.stringify([{ name: 'a', ...element }]));

describe('NPWG-24: an empty item in the comma form', () => {
  it.each([
    {
      text: 'net-a,net-b,',
      says: 'element 3 (character 13): "" is not a network: it is empty (trailing comma at character 12)',
    },
    {
      text: 'a, \n',
      says: 'element 2 (character 5): "" is not a network: it is empty (trailing comma at character 2)',
    },
    {
      text: 'a,,b',
      says: 'element 2 (character 3): "" is not a network: it is empty (nothing before the comma at character 3)',
    },
    {
      text: ' ,b',
      says: 'element 1 (character 2): "" is not a network: it is empty (nothing before the comma at character 2)',
    },
    {
      text: ',',
      says: 'element 1 (character 1): "" is not a network: it is empty (nothing before the comma at character 1)',
    },
  ])('names the comma in the message about $text', ({ text, says }) => {
    expect(messageOf(text)).toContain(says);
  });
  it('reports the position of the item, whatever the spaces', () => {
    const space = fc.stringMatching(/^[ \n\t]{0,4}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(space, space), { maxLength: 6 }), space, (good, before) => {
        const text = `${good.map(([left, right]) => `${left}ok${right},`).join('')}${before}BAD`;
        expect(messageOf(text)).toContain(`element ${good.length + 1} (character ${text.length - 2}): "BAD"`);
      }),
    );
  });
});

describe('an empty string in the JSON form', () => {
  it.each(['ips', 'portMappings', 'bandwidth', 'default-route', 'cni-args', 'ipam-claim-reference'])(
    'NPWG-32, NPWG-61: is not a valid %s',
    (key) => {
      expect(refusal({ [key]: '' })).toContain(`element 1, ${key}: "" is not`);
    },
  );
  it.each(['interface', 'interfaceRequest', 'mac', 'infiniband-guid', 'deviceID', 'namespace'])(
    'counts as an absent %s, as in Go',
    (key) => {
      expect(refusal({ [key]: '' })).toBe('accepted');
    },
  );
});

describe('NPWG-05: names in the JSON form', () => {
  it.each([
    { element: { name: 'a.b-c.d' }, says: 'accepted' },
    { element: { name: 'a..b' }, says: 'name: "a..b" is not the name of an object' },
    { element: { name: '.a' }, says: 'name: ".a"' },
    { element: { name: '../a' }, says: 'name: "../a"' },
    { element: { name: 'a'.repeat(254) }, says: 'name: "aaa' },
    { element: { namespace: 'a.b' }, says: 'namespace: "a.b" is not the name of a namespace' },
    { element: { namespace: 5 }, says: 'namespace: 5 is not the name of a namespace' },
  ])('$element', ({ element, says }) => {
    expect(refusal(element)).toContain(says);
  });
});

describe('NPWG-06: long names in the comma form', () => {
  it.each([64, 253])('accepts a name of %d characters', (length) => {
    expect(messageOf('a'.repeat(length))).toBe('accepted');
  });
  it.each([254, 250_000])('rejects a name of %d characters, which Kubernetes does not allow', (length) => {
    expect(messageOf('a'.repeat(length))).toMatch(/at most 253/);
  });
});

describe('numbers in an annotation', () => {
  const port = (text: string): string =>
    messageOf(`[{"name":"a","portMappings":[{"hostPort":${text},"containerPort":80}]}]`);
  it('NPWG-45: accepts 80.0 as 80 and rejects 80.5 as a port', () => {
    expect(port('80.0')).toBe('accepted');
    expect(port('80.5')).toContain('portMappings[0].hostPort: 80.5 is not a port');
    expect(port('80000000000000000000')).toContain('hostPort: 80000000000000000000 is not a port');
  });
  it('NPWG-49: rejects a rate that JavaScript cannot represent, and quotes it unchanged', () => {
    expect(messageOf('[{"name":"a","bandwidth":{"egressRate":12345678901234567890}}]')).toContain(
      'bandwidth.egressRate: 12345678901234567890 is not',
    );
  });
});

describe('excerpts in messages', () => {
  it('show 80 characters of a value and cut none in half', () => {
    const emoji = String.fromCodePoint(0x1f600);
    for (const before of ['', 'x']) {
      const message = refusal({ mac: before + emoji.repeat(60) });
      expect(message.isWellFormed()).toBe(true);
      expect(/mac: (".*…)/.exec(message)?.[1]?.length).toBeLessThanOrEqual(81);
    }
  });
  it('NPWG-26: name ten unknown keys, shortened', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`${'k'.repeat(40)}${index}`, 1]));
    const { warnings } = parseSelections(JSON.stringify([{ name: 'a', ...many }]), 'mine');
    expect(warnings).toHaveLength(11);
    expect(warnings.at(-1)?.text).toBe('and 4990 more unknown keys are ignored');
    expect(warnings[0]?.text.length).toBeLessThan(400);
  });
});
