import { describe, expect, it } from 'vitest';
import { PlexusError } from '../../src/errors/index.ts';
import { parseNad } from '../../src/npwg/index.ts';

const key = 'plexus-cni.io/interfaces';
const interfacesOf = (text: string): unknown =>
  parseNad({ metadata: { name: 'rail', namespace: 'shop', annotations: { [key]: text } } }).interfaces;

describe('the annotation interfaces of a NetworkAttachmentDefinition', () => {
  it('maps a name to one selector or to several, in the form that is compared', () => {
    const written = {
      uplink: [{ altName: 'storage0' }, { mac: '02-AB-00-00-00-01', driver: 'ice' }],
      rail: { pciAddress: '0000:3B:00.0', subnet: '10.20.0.0/16' },
    };
    expect(interfacesOf(JSON.stringify(written))).toEqual({
      uplink: [{ altName: 'storage0' }, { mac: '02:ab:00:00:00:01', driver: 'ice' }],
      rail: [{ pciAddress: '0000:3b:00.0', subnet: '10.20.0.0/16' }],
    });
  });

  it.each([
    { text: '{', says: /it is not JSON/ },
    { text: '[]', says: /it is not an object with 1 to 64 names/ },
    { text: '{}', says: /it is not an object with 1 to 64 names/ },
    { text: '{"up": []}', says: /"up" is not a selector or a list of 1 to 64 selectors/ },
    { text: '{"up": {}}', says: /a selector of "up" is not an object with at least one of name, altName, mac/ },
    { text: '{"up": "eth0"}', says: /a selector of "up" is not an object/ },
    { text: '{"up": {"pci": "0000:3b:00.0"}}', says: /unknown key "pci" in "up" \(allowed: name, altName/ },
    { text: '{"up": {"pciAddress": "3b:00.0"}}', says: /"up", pciAddress: "3b:00.0" is not a PCI address/ },
    { text: '{"up": {"subnet": "10.0.0.1"}}', says: /subnet: "10.0.0.1" is not a subnet/ },
    { text: '{"up": {"name": "an-interface-too-long"}}', says: /name: .* is not an interface name/ },
    { text: '{"up": {"driver": 5}}', says: /driver: 5 is not the name of a kernel driver/ },
    { text: '{"__proto__": {"toString": "x"}}', says: /unknown key "toString"/ },
  ])('is rejected with the reason for $text', ({ text, says }) => {
    expect(() => interfacesOf(text)).toThrow(says);
    expect(() => interfacesOf(text)).toThrow(PlexusError);
  });
});
