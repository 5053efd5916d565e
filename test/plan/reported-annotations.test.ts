import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import { problemOf } from '../../src/errors/index.ts';
import { planFor } from './planned.ts';

// Situations that users reported publicly, restated: a pod and its networks, and the planner's answer.

const macvlan: JsonObject = { cniVersion: '0.3.1', type: 'macvlan', master: 'eth1', ipam: {} };
const withCapabilities = (...names: string[]): JsonObject => ({
  ...macvlan,
  capabilities: Object.fromEntries(names.map((name) => [name, true])),
});

/** Returns the error for a pod, or its interfaces ("net1 …") if it is attached. */
function answerOn(networks: string | readonly JsonObject[], a: JsonObject | string = macvlan): string {
  try {
    const { attachments } = planFor({ networks, nads: { 'shop/a': a, 'shop/b': macvlan } });
    return attachments
      .slice(1)
      .map(({ interfaceName }) => interfaceName)
      .join(' ');
  } catch (error) {
    return problemOf(error);
  }
}

describe('invisible characters', () => {
  it.each([
    {
      what: 'a byte order mark before the configuration',
      config: '\uFEFF{"cniVersion":"0.3.1","type":"macvlan"}',
      names: ['U+FEFF BYTE ORDER MARK', 'remove it', '(line 1 column 1)', '<U+FEFF>{"cniVersion'],
    },
    {
      what: 'a no-break space between two members',
      config: '{\n  "cniVersion":"0.3.1",\u00A0"type":"macvlan"}',
      names: ['invisible character U+00A0 NO-BREAK SPACE', '(line 2 column 24)', '"0.3.1",<U+00A0>"type"'],
    },
    {
      what: 'typographic quotes',
      config: '{\u201Ctype\u201D:\u201Cmacvlan\u201D}',
      names: ['U+201C LEFT DOUBLE QUOTATION MARK \u201C', 'write a plain "', '(line 1 column 2)'],
    },
    {
      what: 'a comment',
      config: '{\n  # uplink\n  "type":"macvlan"}',
      names: ['"#" begins a comment', '(line 2 column 3)', '# uplink'],
    },
    {
      what: 'YAML instead of JSON',
      config: 'type: macvlan\nmaster: eth1\n',
      names: ['"type" does not begin a JSON value', 'looks like YAML', '(line 1 column 1)'],
    },
  ])('names $what with line, column and an excerpt', ({ config, names }) => {
    const message = answerOn('a', config);
    expect(message).toContain('NetworkAttachmentDefinition shop/a: spec.config is not a JSON object: ');
    for (const name of names) expect(message).toContain(name);
    expect(message).not.toMatch(/[\n\u00A0\uFEFF]/);
  });

  it('names a zero-width space in the short form', () => {
    expect(answerOn('a,\u200Bb')).toMatch(
      /element 2 \(character 3\): .* it contains the invisible character U\+200B ZERO WIDTH SPACE$/,
    );
  });

  it.each(['name', 'namespace'])('names a zero-width space in %s of the JSON form', (key) => {
    expect(answerOn([{ name: 'a', [key]: 'a\u200B' }])).toContain(
      'it contains the invisible character U+200B ZERO WIDTH SPACE',
    );
  });
});

describe('trailing commas', () => {
  it('names the comma to remove in a configuration', () => {
    expect(answerOn('a', '{\n "type":"macvlan",\n}')).toContain('"}" after a comma: remove the comma at line 2');
  });
  it('names the trailing comma of the short form by its character', () => {
    expect(answerOn('a,')).toContain('trailing comma at character 2');
  });
  it('names the comma to remove in the JSON form', () => {
    expect(answerOn('[{"name":"a"},]')).toContain('"]" after a comma: remove the comma at line 1 at position 14');
  });
});

describe('a colon inside the key "type"', () => {
  it('names the plugin without a type by its number', () => {
    const plugins = [macvlan, { 'type:': 'vrf', vrfname: 'blue' }];
    expect(answerOn('a', { cniVersion: '0.3.1', name: 'b', plugins })).toBe(
      'NetworkAttachmentDefinition shop/a: plugin 2: missing "type"; its key "type:" is not "type"',
    );
  });
});

describe('a capability declared where no plugin reads it', () => {
  const ports = [{ name: 'a', portMappings: [{ hostPort: 8080, containerPort: 80 }] }];
  const named = { portMappings: true };
  const listOf = (first: JsonObject, second: JsonObject, more: JsonObject = {}): JsonObject => ({
    cniVersion: '0.3.1',
    name: 'kn',
    ...more,
    plugins: [first, second],
  });
  const portmap = { type: 'portmap' };
  it.each([
    {
      what: 'beside "plugins"',
      config: JSON.stringify(listOf(macvlan, portmap, { capabilities: named }), undefined, 1),
      found: 'at the wrong level, at spec.config.capabilities, line 4',
    },
    {
      what: 'as "capability"',
      config: listOf(macvlan, { ...portmap, capability: named }),
      found: 'under the wrong name "capability", at spec.config.plugins.1.capability',
    },
    {
      what: 'inside "ipam"',
      config: listOf({ ...macvlan, ipam: { type: 'static', capabilities: named } }, portmap),
      found: 'at the wrong level, at spec.config.plugins.0.ipam.capabilities',
    },
    {
      what: 'as a list',
      config: listOf(macvlan, { ...portmap, capabilities: ['portMappings'] }),
      found: 'with the wrong value ["portMappings"], at spec.config.plugins.1.capabilities',
    },
    {
      what: 'as a string',
      config: listOf(macvlan, { ...portmap, capabilities: { portMappings: 'true' } }),
      found: 'with the wrong value {"portMappings":"true"}, at spec.config.plugins.1.capabilities',
    },
  ])('is found $what, and the message names the right place', ({ config, found }) => {
    const message = answerOn(ports, config);
    expect(message).toContain(`it is declared ${found}`);
    expect(message).toContain('write "capabilities": {"portMappings": true} beside the "type" of the plugin');
  });
  it.each([
    {
      what: 'beside "plugins"',
      config: { cniVersion: '0.3.1', name: 'kn', capabilities: { ips: true }, plugins: [macvlan] },
      found: 'at the wrong level',
    },
    {
      what: 'as "capability"',
      config: { ...macvlan, capability: { ips: true } },
      found: 'under the wrong name "capability"',
    },
  ])('is found $what, also if no plugin of the network reads the request', ({ config, found }) => {
    const message = answerOn([{ name: 'a', ips: ['10.1.0.5/24'] }], config);
    expect(message).toContain(
      `none of its plugins reads it: macvlan; it is declared ${found}, at spec.config.capabilit`,
    );
  });
  it('is ignored inside "ipam" if a plugin reads the request without it', () => {
    expect(
      answerOn([{ name: 'a', ips: ['10.1.0.5/24'] }], {
        ...macvlan,
        ipam: { type: 'static', capabilities: { ips: true } },
      }),
    ).toBe('net1');
  });
  it('is not mentioned if it is declared nowhere', () => {
    const message = answerOn(ports, listOf(macvlan, portmap));
    expect(message).toContain(
      'portmap receives it only if its configuration declares "capabilities": {"portMappings": true}',
    );
    expect(message).not.toContain('it is declared');
  });
});

describe('namespace/name in the JSON form', () => {
  it('advises to use "namespace"', () => {
    expect(answerOn([{ name: 'default/a' }])).toContain('use "namespace": write {"name": "a", "namespace": "default"}');
  });
});

describe('interface names in an annotation', () => {
  it.each(['uplink_p0', 'pod1234567890ab', 'net1.100', 'netz-ü'])('accept %s', (name) => {
    expect(answerOn(`a@${name}`)).toBe(name);
  });
  it.each([
    ['pod1234567890abc', 'it is longer than 15 bytes'],
    ['eth0', 'interface name eth0 is already used by'],
    ['eth0:1', 'it contains "/" or ":"'],
  ])('reject %s, because %s', (name, reason) => {
    expect(answerOn(`a@${name}`)).toContain(reason);
  });
});

describe('forms of default-route', () => {
  it.each([
    ['10.1.1.1', '"10.1.1.1" is not a list of'],
    [['10.1.1.1/24'], 'default-route[0]: "10.1.1.1/24" is not an IPv4 or IPv6 address'],
    [[''], 'default-route[0]: "" is not an IPv4 or IPv6 address'],
  ])('reject %j', (value, reason) => {
    expect(answerOn([{ name: 'a', 'default-route': value }])).toContain(reason);
  });
  it('accept one gateway per family', () => {
    expect(answerOn([{ name: 'a', 'default-route': ['10.1.1.1', 'fd00::1'] }])).toBe('net1');
  });
});

describe('a MAC address that no interface can have', () => {
  it.each([
    ['00:00:00:00:00:00', 'it is all zeros'],
    ['0000.0000.0000', 'it is all zeros'],
    ['01:00:5e:00:00:01', 'it is a multicast address'],
    ['ff-ff-ff-ff-ff-ff', 'it is a multicast address'],
  ])('is rejected before any plugin runs: %s', (mac, reason) => {
    expect(answerOn([{ name: 'a', mac }], withCapabilities('mac'))).toContain(
      `element 1, mac: "${mac}" is not a MAC address that an interface can have: ${reason}`,
    );
  });
  it.each(['02:00:00:00:00:01', 'fe:ff:ff:ff:ff:ff', '00:00:00:00:00:01'])('does not include %s', (mac) => {
    expect(answerOn([{ name: 'a', mac }], withCapabilities('mac'))).toBe('net1');
  });
});

describe('a name with a dot in the short form', () => {
  it.each([
    ['db.v1', '[{"name":"db.v1"}]'],
    ['team/db.v1@lan0', '[{"name":"db.v1","namespace":"team","interface":"lan0"}]'],
  ])('is rejected for %s with a hint at the JSON form', (text, better) => {
    expect(answerOn(text)).toContain(
      `"db.v1" is not allowed in the short form because it contains "."; use the JSON form: ${better}`,
    );
  });
});
