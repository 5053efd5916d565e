import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import { fromEnvironment, fromFlags } from '../../src/cli/daemon-flags.ts';
import { parseSettings, settingsProperties } from '../../src/plan/index.ts';

const complete = (written: JsonObject) => parseSettings({ delegates: [{ type: 'bridge' }], ...written }).settings;
const settingsOf = (flags: Readonly<Record<string, string>>) => complete(fromFlags(flags));

describe('daemon flags for settings', () => {
  it.each([
    ['max-networks-per-pod', '250', { maxNetworksPerPod: 250 }],
    ['detach-attempts', '3', { detachAttempts: 3 }],
    ['attachment-concurrency', '4', { attachmentConcurrency: 4 }],
    ['allowed-cni-args', 'ips, mac', { allowedCniArgs: ['ips', 'mac'] }],
    ['allowed-cni-args', '[]', { allowedCniArgs: [] }],
    ['allow-default-network-annotation', 'false', { allowDefaultNetworkAnnotation: false }],
    ['allow-default-network-annotation', 'kube-system,lab', { allowDefaultNetworkAnnotation: ['kube-system', 'lab'] }],
  ])('accept --%s %s', (flag, text, settings) => {
    expect(settingsOf({ [flag]: text })).toMatchObject(settings);
    expect(complete(fromEnvironment({ [`PLEXUS_${flag.toUpperCase().replaceAll('-', '_')}`]: text }))).toMatchObject(
      settings,
    );
  });

  it('accept the default of their setting', () => {
    for (const [key, { type, default: value }] of Object.entries(settingsProperties)) {
      if (value === undefined || type === 'object') continue;
      const flag = key.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
      const text = Array.isArray(value) ? JSON.stringify(value) : `${value as string | number | boolean}`;
      expect(() => settingsOf({ [flag]: text }), flag).not.toThrow();
      expect(fromFlags({ [flag]: text }), flag).toEqual({ [key]: value });
    }
  });

  it.each([
    ['max-networks-per-pod', 'many', 'it must be a number'],
    ['log-to-stderr', 'yes', 'it must be true or false'],
  ])('reject --%s %s with the flag’s name', (flag, text, message) => {
    expect(() => settingsOf({ [flag]: text })).toThrow(new RegExp(`--${flag}.*${message}`));
  });
});
