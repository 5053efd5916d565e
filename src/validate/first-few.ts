import type { Finding } from './finding.ts';

const most = 100;

/**
 * Makes a finding of each of the first hundred problems of one kind in one object; the last finding counts the others.
 * An author may put thousands into one network, and each finding takes time and memory.
 */
export function firstFew<T>(problems: readonly T[], findingOf: (problem: T) => Finding): readonly Finding[] {
  const findings = problems.slice(0, most).map(findingOf);
  const last = findings.at(-1);
  if (last === undefined || problems.length <= most) return findings;
  return findings.with(-1, {
    ...last,
    text: `${last.text} (${problems.length - most} more such problems are not listed)`,
  });
}
