import { describe, expect, it } from 'vitest';
import { podsText, podText, problemsText, topologyOf } from '../../src/view/index.ts';
import { aPodSummary, entry } from '../support/pod-summary.ts';

describe('text for a terminal', () => {
  const has = [entry('net\u{1b}]0;title\u{7}', 'eth0\n', ['\u{1b}[31m10.0.0.1'], '\u{202e}mac')];
  const topology = topologyOf({
    pods: [aPodSummary('evil', { has, asks: '\u{1b}[2J' })],
    nads: [],
    nadNamespaces: 'all',
  });
  const [pod] = topology.pods;

  it('never contains cursor or colour sequences, whatever annotations contain', () => {
    for (const text of [
      podsText(topology.pods, undefined),
      problemsText(topology.problems, { msSince: () => 0 }),
      pod === undefined ? '' : podText(pod, topology.problems, { msSince: () => 0 }),
    ]) {
      expect(text).toContain('evil');
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(podsText(topology.pods, undefined).split('\n')).toHaveLength(3);
  });

  it('has its own colours if enabled', () => {
    expect(
      podsText(topologyOf({ pods: [aPodSummary('p', { asks: 'x' })], nads: [], nadNamespaces: [] }).pods, undefined, {
        paint: (text, tone) => `<${tone}>${text}</>`,
      }),
    ).toContain('<bad>NOT ATTACHED</>');
  });
});
