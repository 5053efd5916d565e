import type { JSX } from 'preact';
import type { PagePod } from '../page-state.ts';
import { type Content, worstOf } from './content.ts';
import { Ago, Empty, NetworkLink, ProblemSection, StateMark, TableHead } from './parts.tsx';
import { Recent } from './recent.tsx';
import { linkTo, start } from './route.ts';
import type { PodRow } from './rows.ts';
import { type Column, Table } from './table.tsx';

const addressesOf = ({ attachments }: PagePod): readonly string[] =>
  attachments
    .filter((each) => each.state !== 'released')
    .map(({ interface: name, ips, network, state }) =>
      state === 'attached' || state === 'unasked'
        ? `${name || network} ${ips.join(' ')}`.trim()
        : `${network} ${state}`,
    );

const columns: readonly [Column<PagePod>, ...Column<PagePod>[]] = [
  { id: 'pod', title: 'Pod', width: 'minmax(14em, 2fr)', cell: ({ key }) => key, by: ({ key }) => key },
  {
    id: 'state',
    title: 'State',
    width: 'minmax(11.5em, 1fr)',
    cell: ({ item, severity }) => <StateMark state={item.status.state} severity={severity} />,
    // What needs attention comes first.
    by: ({ item, severity }) => `${severity === 'error' ? 0 : severity === undefined ? 2 : 1} ${item.status.state}`,
  },
  {
    id: 'addresses',
    title: 'Interfaces',
    width: 'minmax(14em, 2.4fr)',
    cell: ({ item }) => {
      const all = addressesOf(item);
      return (
        <span title={all.join('\n')}>
          {all.slice(0, 3).join(' · ')}
          {all.length > 3 && ` · ${all.length - 3} more`}
        </span>
      );
    },
    by: ({ item }) => item.attachments.length,
    from: 640,
  },
  {
    id: 'node',
    title: 'Node',
    width: 'minmax(7em, 1fr)',
    cell: ({ item }) => item.node ?? '–',
    by: ({ item }) => item.node ?? '',
    from: 820,
  },
  {
    id: 'workload',
    title: 'Workload',
    width: 'minmax(7em, 1fr)',
    cell: ({ item }) => item.owner ?? '–',
    by: ({ item }) => item.owner ?? '',
    from: 980,
  },
];

export const PodTable = ({
  rows,
  empty,
}: {
  readonly rows: readonly PodRow[];
  readonly empty: string;
}): JSX.Element => <Table label="Pods" rows={rows} columns={columns} empty={empty} />;

export function PodDetail({ pod, of, now }: { readonly pod: PagePod; readonly of: Content; readonly now: number }) {
  const key = `${pod.namespace}/${pod.name}`;
  const problems = of.problemsOfPod.get(key) ?? [];
  return (
    <>
      <h2>{key}</h2>
      <p class="facts">
        <StateMark state={pod.status.state} severity={worstOf(problems)} />
        <span>{pod.phase ?? 'phase unknown'}</span>
        <span>
          {pod.node === undefined ? (
            'no node yet'
          ) : (
            <>
              node <a href={linkTo({ ...start, page: 'pods', node: pod.node })}>{pod.node}</a>
            </>
          )}
        </span>
        {pod.owner !== undefined && <span>of {pod.owner}</span>}
        {pod.createdAt !== undefined && (
          <span>
            created <Ago at={pod.createdAt} now={now} />
          </span>
        )}
      </p>
      <ProblemSection problems={problems} now={now} />
      <h3>Networks</h3>
      {pod.attachments.length === 0 ? <Empty>It has and requests no network.</Empty> : <Attachments of={pod} />}
      <Recent key={key} pod={pod} />
    </>
  );
}

const Attachments = ({ of }: { readonly of: PagePod }): JSX.Element => (
  <div class="wide">
    <table aria-label="Networks">
      <TableHead titles={['Interface', 'State', 'Network', 'Addresses and MAC']} />
      <tbody>
        {of.attachments.map(({ interface: name, network, ips, mac, state, problems }, index) => {
          const isBad = state === 'missing' || problems.length > 0;
          const word = state === 'unasked' ? 'not requested' : state;
          return (
            <tr key={index}>
              <td>{name || '–'}</td>
              <td>
                <StateMark
                  state={problems.length > 0 ? `${word}, also elsewhere` : word}
                  severity={isBad ? 'error' : state === 'attached' ? undefined : 'warning'}
                />
              </td>
              <td>
                <NetworkLink of={network} />
              </td>
              <td class="mono">
                {ips.map((ip) => (
                  <div key={ip}>{ip}</div>
                ))}
                {mac !== undefined && <div class="second">{mac}</div>}
                {ips.length === 0 && mac === undefined && '–'}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  </div>
);
