import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ProblemSeverity } from '../../view/index.ts';
import type { EventsAnswer, NetworkAnswer, PageNetwork } from '../page-state.ts';
import { type Content, worstOf } from './content.ts';
import { Ago, Empty, PodLink, ProblemSection, StateMark, count } from './parts.tsx';
import { linkTo, start } from './route.ts';
import type { NetworkRow } from './rows.ts';
import { type Column, Table } from './table.tsx';

const kinds: Readonly<Record<PageNetwork['kind'], string>> = {
  definition: 'defined',
  node: 'of the nodes',
  missing: 'does not exist',
  unknown: 'not readable',
};

type Stated = { readonly of: PageNetwork; readonly severity: ProblemSeverity | undefined };

const NetworkState = ({ of, severity }: Stated): JSX.Element => (
  <StateMark
    state={severity !== undefined && of.kind === 'definition' ? `has ${severity}s` : kinds[of.kind]}
    severity={severity}
  />
);

/** The fullest range, as a share; -1 without ranges. */
const fullest = ({ ranges }: PageNetwork): number =>
  Math.max(-1, ...ranges.map(({ size, used }) => used / Math.max(1, size)));

const columns: readonly [Column<PageNetwork>, ...Column<PageNetwork>[]] = [
  { id: 'network', title: 'Network', width: 'minmax(12em, 1.6fr)', cell: ({ key }) => key, by: ({ key }) => key },
  {
    id: 'state',
    title: 'State',
    width: 'minmax(10em, 1fr)',
    cell: ({ item, severity }) => <NetworkState of={item} severity={severity} />,
    by: ({ severity }) => (severity === 'error' ? 0 : severity === undefined ? 2 : 1),
  },
  {
    id: 'types',
    title: 'Plugins',
    width: 'minmax(9em, 1fr)',
    cell: ({ item }) => item.types.join(' + ') || '–',
    by: ({ item }) => item.types.join(' + '),
    from: 640,
  },
  {
    id: 'use',
    title: 'Range use',
    width: 'minmax(12em, 1.4fr)',
    cell: ({ item }) => (item.ranges.length === 0 ? '–' : <Ranges of={item} isShort />),
    by: ({ item }) => fullest(item),
    from: 780,
  },
  {
    id: 'pods',
    title: 'Pods',
    width: '5em',
    cell: ({ item }) => <span class="number">{item.pods}</span>,
    by: ({ item }) => item.pods,
  },
];

export const NetworkTable = (of: { readonly rows: readonly NetworkRow[]; readonly empty: string }): JSX.Element => (
  <Table label="Networks" rows={of.rows} columns={columns} empty={of.empty} />
);

/** A bar per range; only the fullest one if there is little space. */
export function Ranges({ of, isShort }: { readonly of: PageNetwork; readonly isShort?: boolean }): JSX.Element {
  const sorted = of.ranges.toSorted((a, b) => b.used / Math.max(1, b.size) - a.used / Math.max(1, a.size));
  return (
    <>
      {(isShort ? sorted.slice(0, 1) : of.ranges).map(({ range, size, used, node }) => {
        const share = size === 0 ? 1 : used / size;
        const level = share >= 1 ? 'full' : share >= 0.8 ? 'high' : '';
        const where = node === undefined ? '' : ` on ${node}`;
        return (
          <div key={range} class="range" title={`${range}: ${used} of ${size} addresses${where}`}>
            {!isShort && <div class="mono">{range}</div>}
            <div class="meter" aria-hidden="true">
              <div class={level} style={{ width: `${Math.min(100, share * 100)}%` }} />
            </div>
            <div class="second">
              {used} of {size > 1e9 ? size.toExponential(0) : size}
              {!isShort && `${where}${level === 'full' ? ': full' : ''}`}
            </div>
          </div>
        );
      })}
    </>
  );
}

/** More pods are one click away. */
const mostPods = 30;

export function NetworkDetail({
  network,
  of,
  now,
}: {
  readonly network: PageNetwork;
  readonly of: Content;
  readonly now: number;
}): JSX.Element {
  const problems = of.problemsOfNetwork.get(network.name) ?? [];
  const pods = [...of.pods].filter(([, { attachments }]) =>
    attachments.some((each) => each.network === network.name && each.state !== 'released'),
  );
  return (
    <>
      <h2>{network.name}</h2>
      <p class="facts">
        <NetworkState of={network} severity={worstOf(problems)} />
        {network.types.length > 0 && <span>{network.types.join(' + ')}</span>}
        <a href={linkTo({ ...start, page: 'topology', network: network.name })}>Show in the topology</a>
      </p>
      <ProblemSection problems={problems} now={now} />
      {network.ranges.length > 0 && (
        <>
          <h3>Range use</h3>
          <Ranges of={network} />
        </>
      )}
      <h3>{count(pods.length, 'pod')}</h3>
      {pods.length === 0 ? (
        <Empty>No pod has or requests it.</Empty>
      ) : (
        <ul class="plain">
          {pods.slice(0, mostPods).map(([key, { attachments }]) => (
            <li key={key}>
              <PodLink of={key} />{' '}
              <span class="second mono">
                {attachments
                  .filter((each) => each.network === network.name)
                  .map(({ interface: name, ips, state }) => `${name} ${ips.join(' ') || state}`.trim())
                  .join(', ')}
              </span>
            </li>
          ))}
        </ul>
      )}
      {pods.length > 0 && (
        <p>
          <a href={linkTo({ ...start, page: 'pods', network: network.name })}>
            {pods.length === 1 ? 'Show it in the table' : `Show all ${pods.length} in the table`}
          </a>
        </p>
      )}
      <Events of={network.name} revision={of.head.revision} now={now} />
      {network.kind === 'definition' && <Configuration of={network} />}
    </>
  );
}

function Configuration({ of }: { readonly of: PageNetwork }): JSX.Element {
  const [answer, take] = useState<NetworkAnswer | undefined>();
  // A change of the object changes the facts about it; what remains is visible after the next opening.
  const facts = JSON.stringify([of.name, of.types, of.subnets, of.ranges.map(({ range }) => range)]);
  useEffect(() => {
    const asking = new AbortController();
    void read<NetworkAnswer>('network.json', of.name, asking.signal).then(
      (next) => !asking.signal.aborted && take(next),
    );
    return () => asking.abort();
  }, [facts]);
  return (
    <section aria-label="Configuration">
      <h3>Configuration</h3>
      {answer === undefined ? (
        <p class="second">Reading …</p>
      ) : 'problem' in answer ? (
        <p class="second">Not available: {answer.problem}.</p>
      ) : (
        <pre class="json" tabIndex={0} aria-label="Configuration as JSON">
          {highlighted(answer.config)}
        </pre>
      )}
    </section>
  );
}

/** Warning Events about the pods of the network. `revision`: of the content, which also changes with each Event. */
function Events(of: { readonly of: string; readonly revision: number; readonly now: number }): JSX.Element {
  const [answer, take] = useState<EventsAnswer | undefined>();
  useEffect(() => {
    const asking = new AbortController();
    void read<EventsAnswer>('network-events.json', of.of, asking.signal).then(
      (next) => !asking.signal.aborted && take(next),
    );
    return () => asking.abort();
  }, [of.of, of.revision]);
  return (
    <section aria-label="Events">
      <h3>Events</h3>
      {answer === undefined ? (
        <p class="second">Reading …</p>
      ) : 'problem' in answer ? (
        <p class="second">Not available: {answer.problem}.</p>
      ) : answer.events.length === 0 ? (
        <Empty>No Warning about a pod of this network within the time that the cluster keeps Events.</Empty>
      ) : (
        <>
          <ul class="plain">
            {answer.events.map(({ pod, reason, message, count: times, lastAt }, index) => (
              <li key={index}>
                <PodLink of={pod} /> <strong>{reason}</strong>{' '}
                <span class="second">
                  {lastAt !== undefined && <Ago at={lastAt} now={of.now} />}
                  {times > 1 && `, ${times} times`}
                </span>
                <div>{message}</div>
              </li>
            ))}
          </ul>
          {answer.more > 0 && <p class="second">{answer.more} older ones are not shown.</p>}
        </>
      )}
    </section>
  );
}

async function read<Answer>(
  part: string,
  name: string,
  signal: AbortSignal,
): Promise<Answer | { readonly problem: string }> {
  try {
    const response = await fetch(`${part}?name=${encodeURIComponent(name)}`, { signal });
    return response.ok
      ? ((await response.json()) as Answer)
      : { problem: response.status === 404 ? 'the object no longer exists' : `status ${response.status}` };
  } catch {
    return { problem: 'plexus ui has stopped' };
  }
}

/** Names, texts and numbers of JSON in their own colours. */
const highlighted = (json: string): (JSX.Element | string)[] =>
  json.split(/("(?:[^"\\]|\\.)*"(?:\s*:)?|\b(?:true|false|null)\b|-?\b\d[\d.eE+-]*)/).map((part, index) => {
    if (index % 2 === 0) return part;
    const kind = part.startsWith('"') ? (part.endsWith(':') ? 'name' : 'text') : 'literal';
    return <span class={kind}>{part}</span>;
  });
