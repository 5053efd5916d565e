import { table } from './table.ts';

/** One finding of `plexus doctor`, for people and scripts. */
export interface FindingRow {
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'note' | 'unknown' | 'ok';
  readonly what: string;
  readonly where: string;
  /** Empty if no action is needed. */
  readonly fix: string;
  readonly evidence: readonly string[];
}

const order = ['error', 'warning', 'unknown', 'note', 'ok'] as const;

/** Sorts findings by severity, worst first; findings of equal severity keep their order. */
export const worstFirst = <T extends Pick<FindingRow, 'severity'>>(findings: readonly T[]): readonly T[] =>
  findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));

/** Counts the findings of each severity: "1 error, 2 warnings, 30 ok". */
function countsOf(findings: readonly Pick<FindingRow, 'severity'>[]): string {
  const counts = order.map((severity) => ({
    severity,
    count: findings.filter((each) => each.severity === severity).length,
  }));
  return counts
    .filter(({ count }) => count > 0)
    .map(
      ({ severity, count }) =>
        `${count} ${severity}${count > 1 && ['error', 'warning', 'note'].includes(severity) ? 's' : ''}`,
    )
    .join(', ');
}

/** Formats findings as a table, then the fix of each. Checks that were skipped for the same reason share one line. */
export function findingsText(findings: readonly FindingRow[]): string {
  const groups = [...Map.groupBy(worstFirst(findings), groupOf).values()].map((rows) => ({
    ids: rows.map(({ id }) => id),
    row: rows[0] as FindingRow,
  }));
  const rows = groups.map(({ ids, row: { severity, where, what } }) => [severity, idsText(ids), where, what]);
  const hints = groups
    .filter(({ ids, row }) => row.severity !== 'ok' && (ids.length > 1 || row.fix !== '' || row.evidence.length > 0))
    .map(hintText);
  return [table(['SEVERITY', 'CHECK', 'WHERE', 'WHAT'], rows), ...hints, countsOf(findings)].join('\n\n');
}

const groupOf = ({ id, severity, where, what }: FindingRow): string =>
  severity === 'unknown' ? `${where}\n${what}` : `${id}\n${where}\n${what}`;

const idsText = ([first = '', ...more]: readonly string[]): string =>
  more.length === 0 ? first : `${first} and ${more.length} more`;

const hintText = ({
  ids,
  row: { where, fix, evidence },
}: {
  readonly ids: readonly string[];
  readonly row: FindingRow;
}): string =>
  [
    `${ids.join(', ')}: ${where}`,
    ...evidence.map((line) => `  - ${line}`),
    ...(fix === '' ? [] : [`  fix: ${fix}`]),
  ].join('\n');
