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

/**
 * Keeps the first hundred findings of each rule and severity in one object; the last of them counts the others. The
 * webhook keeps the findings of all networks. Errors are never dropped in favour of warnings.
 */
export function firstOfEachRule(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= most) return findings;
  const keyOf = ({ rule, severity }: Finding): string => `${severity} ${rule}`;
  const listed = new Map<string, number>();
  const totals = new Map([...Map.groupBy(findings, keyOf)].map(([key, group]) => [key, group.length]));
  return findings.flatMap((each) => {
    const key = keyOf(each);
    const count = (listed.get(key) ?? 0) + 1;
    listed.set(key, count);
    const more = (totals.get(key) ?? 0) - most;
    if (count > most) return [];
    return count < most || more <= 0
      ? [each]
      : [{ ...each, text: `${each.text} (${more} more findings of this rule are not listed)` }];
  });
}

const mostTexts = 10;

/** The texts of the first ten ranges, for the data of a finding, and as a list that counts the others. */
export function fewTexts(ranges: readonly { readonly text: string }[]): {
  readonly within: readonly string[];
  readonly list: string;
} {
  const within = ranges.slice(0, mostTexts).map(({ text }) => text);
  const more = ranges.length - within.length;
  return { within, list: `${within.join(', ')}${more > 0 ? ` and ${more} more` : ''}` };
}
