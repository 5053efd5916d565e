import type { Finding, Severity } from '../validate/index.ts';

/** Findings as a compiler prints them: `file:line:column: severity: text [rule]`, and below it what to do. */
export function findingsText(findings: readonly Finding[], files: number, colours: boolean): string {
  const paint = colours ? painted : plain;
  const blocks = findings.map(
    ({ file, line, column, severity, key, text, rule, fix }) =>
      `${paint('place', `${file}:${line}:${column}:`)} ${paint(severity, `${severity}:`)} ${key === '' ? '' : `${key}: `}${text} [${rule}]\n    ${fix}`,
  );
  return [...blocks, summary(findings, files)].join('\n');
}

function summary(findings: readonly Finding[], files: number): string {
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const count = findings.filter((each) => each.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
  });
  return `${counts.join(', ') || 'nothing to say'} in ${files} file${files === 1 ? '' : 's'}`;
}

type Painted = Severity | 'place';

const codes: Readonly<Record<Painted, string>> = { error: '31', warning: '33', note: '36', place: '1' };
const painted = (what: Painted, text: string): string => `\u001b[${codes[what]}m${text}\u001b[0m`;
const plain = (_what: Painted, text: string): string => text;
