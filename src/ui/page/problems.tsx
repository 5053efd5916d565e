import type { JSX } from 'preact';
import type { PageProblem } from '../page-state.ts';
import { Ago, NetworkLink, PodLink, ProblemText, SeverityMark, count } from './parts.tsx';
import type { ProblemRow } from './rows.ts';
import { now } from './clock.ts';
import { type Column, Table } from './table.tsx';

const columns: readonly [Column<PageProblem>, ...Column<PageProblem>[]] = [
  {
    id: 'problem',
    title: 'Problem',
    width: 'minmax(14em, 4fr)',
    cell: ({ item }) => item.text,
    by: ({ item }) => item.text,
  },
  {
    id: 'severity',
    title: 'Severity',
    width: '7.5em',
    cell: ({ item }) => <SeverityMark severity={item.severity} />,
    by: ({ severity }) => (severity === 'error' ? 0 : 1),
  },
  {
    id: 'kind',
    title: 'Kind',
    width: 'minmax(10em, 1fr)',
    cell: ({ item }) => item.id ?? item.kind,
    by: ({ item }) => item.id ?? item.kind,
    from: 760,
  },
  {
    id: 'pods',
    title: 'Pods',
    width: '4em',
    cell: ({ item }) => <span class="number">{item.pods.length}</span>,
    by: ({ item }) => item.pods.length,
    from: 640,
  },
  {
    id: 'since',
    title: 'Since',
    width: '8em',
    cell: ({ item }) => (item.since === undefined ? '–' : <Ago at={item.since} now={now.value} />),
    by: ({ item }) => item.since ?? '',
    from: 900,
  },
];

export const ProblemTable = (of: { readonly rows: readonly ProblemRow[]; readonly empty: string }): JSX.Element => (
  <Table label="Problems" rows={of.rows} columns={columns} empty={of.empty} />
);

const mostPods = 100;

export function ProblemDetail({ problem }: { readonly problem: PageProblem }): JSX.Element {
  return (
    <>
      <h2>{problem.id ?? problem.kind}</h2>
      <ProblemText of={problem} now={now.value} />
      {problem.network !== undefined && (
        <p>
          Network: <NetworkLink of={problem.network} />
        </p>
      )}
      {problem.pods.length > 0 && (
        <>
          <h3>{count(problem.pods.length, 'pod')}</h3>
          <ul class="plain">
            {problem.pods.slice(0, mostPods).map((key) => (
              <li key={key}>
                <PodLink of={key} />
              </li>
            ))}
          </ul>
          {problem.pods.length > mostPods && <p class="second">and {problem.pods.length - mostPods} more</p>}
        </>
      )}
    </>
  );
}
