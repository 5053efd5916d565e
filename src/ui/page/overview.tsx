import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { now } from './clock.ts';
import { type Content, problemId, worstOf } from './content.ts';
import { Ranges } from './networks.tsx';
import { Ago, Empty, PodLink, SeverityMark, StateMark, TableHead, count } from './parts.tsx';
import { linkTo, linkToObject, start } from './route.ts';
import { type Summary, clusterSummary } from './summary.ts';

const most = 8;

/** The cluster at a glance: is it well, what is wrong, and where. */
export function Overview({ of }: { readonly of: Content }): JSX.Element {
  const summary = useMemo(() => clusterSummary(of), [of]);
  return (
    <div class="overview" tabIndex={0} role="group" aria-label="Overview">
      <Verdict of={summary} />
      <Installation of={of} />
      <Tiles of={of} summary={summary} />
      <div class="panels">
        <Panel title="Needs attention" more={linkTo({ ...start, page: 'problems' })} total={summary.problems.length}>
          <Problems of={summary} />
        </Panel>
        <Panel
          title="Latest failures"
          more={linkTo({ ...start, page: 'pods', wrong: true })}
          total={summary.failures.length}
        >
          <Failures of={summary} />
        </Panel>
        <Panel title="Networks" more={linkTo({ ...start, page: 'networks' })} total={of.networks.size}>
          <Networks of={of} />
        </Panel>
        <Panel title="Nodes" more={linkTo({ ...start, page: 'topology', group: 'node' })} total={summary.nodes.length}>
          <Nodes of={summary} />
        </Panel>
      </div>
    </div>
  );
}

function Verdict({ of: { errors, warnings } }: { readonly of: Summary }): JSX.Element {
  const level = errors > 0 ? 'error' : warnings > 0 ? 'warning' : 'fine';
  const words = [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
  ].join(' and ');
  return (
    <p class={`verdict ${level}`}>
      <span aria-hidden="true">{level === 'error' ? '▲' : level === 'warning' ? '△' : '✓'}</span>{' '}
      {words === '' ? 'No problems: every pod has the networks that it requests' : words}
    </p>
  );
}

/** Whether the daemons of all nodes are ready. */
function Installation({ of: { head } }: { readonly of: Content }): JSX.Element | null {
  if (head.daemons === undefined) return null;
  if (head.daemons.length === 0)
    return (
      <p class="installation">
        <StateMark state="no DaemonSet of Plexus found" severity="warning" /> Install it with the chart or
        deploy/overlays; one with other labels is not found.
      </p>
    );
  return (
    <>
      {head.daemons.map(({ namespace, name, desired, ready, updated, image }) => (
        <p key={`${namespace}/${name}`} class="installation">
          <StateMark
            state={`${ready} of ${count(desired, 'daemon')} ready`}
            severity={ready < desired ? 'error' : undefined}
          />
          {updated < desired && <span>{updated} updated</span>}
          <span class="second">
            DaemonSet {namespace}/{name}, {image}
          </span>
        </p>
      ))}
    </>
  );
}

function Tiles({ of, summary }: { readonly of: Content; readonly summary: Summary }): JSX.Element {
  return (
    <ul class="tiles" aria-label="Pods by state">
      <li>
        <a href={linkTo({ ...start, page: 'pods' })}>
          <strong>{of.pods.size}</strong> {of.pods.size === 1 ? 'pod' : 'pods'}
        </a>
      </li>
      {summary.states.map(({ state, pods, severity }) => (
        <li key={state}>
          <a class={severity ?? 'fine'} href={linkTo({ ...start, page: 'pods', search: state })}>
            <strong>{pods}</strong> <StateMark state={state} severity={severity} />
          </a>
        </li>
      ))}
    </ul>
  );
}

interface PanelProps {
  readonly title: string;
  readonly more: string;
  readonly total: number;
  readonly children: ComponentChildren;
}

const Panel = ({ title, more, total, children }: PanelProps): JSX.Element => (
  <section class="panel" aria-label={title}>
    <h2>
      {title}
      {total > 0 && (
        <a class="more" href={more} aria-label={`${title}: all ${total}`}>
          all {total}
        </a>
      )}
    </h2>
    {children}
  </section>
);

function Problems({ of: { problems } }: { readonly of: Summary }): JSX.Element {
  if (problems.length === 0) return <Empty>Nothing.</Empty>;
  return (
    <ul class="entries">
      {problems.slice(0, most).map((each) => (
        <li key={each.text}>
          <SeverityMark severity={each.severity} />
          <a href={linkToObject('problems', problemId(each))}>{each.text}</a>
        </li>
      ))}
    </ul>
  );
}

function Failures({ of: { failures } }: { readonly of: Summary }): JSX.Element {
  if (failures.length === 0) return <Empty>No pod fails.</Empty>;
  return (
    <ul class="entries failures">
      {failures.slice(0, most).map(({ key, pod: { status, createdAt } }) => {
        const since = status.since ?? createdAt;
        return (
          <li key={key}>
            <StateMark state={status.state} severity="error" />
            <div>
              <PodLink of={key} />
              <span class="second">
                {status.id !== undefined && ` ${status.id}`}
                {status.times !== undefined && status.times > 1 && ` ${status.times} times`}
                {since !== undefined && (
                  <>
                    {' '}
                    <Ago at={since} now={now.value} />
                  </>
                )}
              </span>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Networks({ of: { networks, problemsOfNetwork } }: { readonly of: Content }): JSX.Element {
  if (networks.size === 0) return <Empty>There is no network yet: create a NetworkAttachmentDefinition.</Empty>;
  const rows = [...networks.values()]
    .map((network) => ({ network, severity: worstOf(problemsOfNetwork.get(network.name)) }))
    .toSorted(
      (a, b) => Number(b.severity === 'error') - Number(a.severity === 'error') || b.network.pods - a.network.pods,
    );
  return (
    <table aria-label="Networks">
      <TableHead titles={['Network', 'Pods', 'Range use']} />
      <tbody>
        {rows.slice(0, most).map(({ network, severity }) => (
          <tr key={network.name}>
            <td>
              <a href={linkToObject('networks', network.name)}>{network.name}</a>
              {severity !== undefined && (
                <>
                  {' '}
                  <SeverityMark severity={severity} />
                </>
              )}
              {network.types.length > 0 && <div class="second">{network.types.join(' + ')}</div>}
            </td>
            <td class="number">{network.pods}</td>
            <td>{network.ranges.length === 0 ? '–' : <Ranges of={network} isShort />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Nodes({ of: { nodes } }: { readonly of: Summary }): JSX.Element {
  if (nodes.length === 0) return <Empty>No pod is on a node yet.</Empty>;
  return (
    <table aria-label="Nodes">
      <TableHead titles={['Node', 'Pods', 'With problems']} />
      <tbody>
        {nodes.slice(0, most).map(({ name, pods, troubled, severity }) => (
          <tr key={name}>
            <td>
              <a href={linkTo({ ...start, page: 'pods', node: name })}>{name}</a>
            </td>
            <td class="number">{pods}</td>
            <td>{troubled === 0 ? '–' : <StateMark state={String(troubled)} severity={severity} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
