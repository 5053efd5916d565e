import { describe, expect, it } from 'vitest';
import { parseNad, parseSelections } from '../../src/npwg/index.ts';
import { guardedUse } from '../../src/plan/index.ts';

const nad = (name: string, annotations: Record<string, unknown> = {}) =>
  ['shop/' + name, parseNad({ metadata: { namespace: 'shop', name, annotations }, spec: { config: '{}' } })] as const;
const key = 'plexus-cni.io/require-use';
const nads = new Map([
  nad('open'),
  nad('guarded', { [key]: 'true' }),
  nad('misspelled', { [key]: 'yes' }),
  nad('odd', { [key]: { leftOutBytes: 100_000 } }),
  nad('off', { [key]: 'false' }),
]);
const guarded = (networks: string, requireUse: boolean) =>
  guardedUse(parseSelections(networks, 'shop').selections, nads, { requireUse }).map(
    ({ nad: { name }, by }) => `${name} by ${by}`,
  );

describe('networks that require the permission to use them', () => {
  it.each([
    ['open,off', []],
    ['guarded,guarded@x', ['guarded by annotation']],
    ['misspelled,odd', ['misspelled by annotation', 'odd by annotation']],
    ['absent', []],
  ])('%s with the annotation only', (networks, expected) => {
    expect(guarded(networks, false)).toEqual(expected);
  });

  it('are all of them with the setting, also those whose annotation is "false"', () => {
    expect(guarded('open,off,guarded', true)).toEqual(['open by settings', 'off by settings', 'guarded by annotation']);
  });
});
