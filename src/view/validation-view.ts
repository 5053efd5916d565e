import type { PlacedFinding, Severity } from '../validate/index.ts';
import type { Paint, Tone } from './table.ts';

const tones: Readonly<Record<Severity, Tone>> = { error: 'bad', warning: 'warn', note: 'dim' };

/** Formats findings like a compiler: `file:line:column: severity: text [rule]`, followed by the fix. */
export function validationText(findings: readonly PlacedFinding[], files: number, paint: Paint): string {
  const blocks = findings.map(
    ({ file, line, column, severity, object, key, text, rule, fix }) =>
      `${file}:${line}:${column}: ${paint(`${severity}:`, tones[severity])} ${[object ?? '', key].filter((part) => part !== '').join(', ')}${object === undefined && key === '' ? '' : ': '}${text} [${rule}]\n    ${fix}`,
  );
  return [...blocks, summary(findings, files)].join('\n');
}

function summary(findings: readonly PlacedFinding[], files: number): string {
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const count = findings.filter((each) => each.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
  });
  return `${counts.join(', ') || 'no findings'} in ${files} file${files === 1 ? '' : 's'}`;
}
