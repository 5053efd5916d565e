import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { podKeyOf } from '../differences.ts';
import type { PagePod } from '../page-state.ts';
import type { PodOperations, RecentAnswer } from '../recent.ts';
import { Operation } from './timeline.tsx';

/** The recent operations of a pod, read when its details are opened and on request. */
export function Recent({ pod }: { readonly pod: PagePod }): JSX.Element {
  const [answer, take] = useState<RecentAnswer | 'none' | undefined>();
  const [asked, ask] = useState(0);
  const key = podKeyOf(pod);
  useEffect(() => {
    const asking = new AbortController();
    if (pod.node === undefined) take('none');
    else {
      take(undefined);
      void read(key, asking.signal).then((next) => !asking.signal.aborted && take(next));
    }
    return () => asking.abort();
  }, [key, pod.node, asked]);
  const operations = answer === undefined || answer === 'none' || 'problem' in answer ? [] : answer.operations;
  const newestFirst = operations.toReversed();
  const opened = [0, newestFirst.findIndex(({ outcome }) => outcome === 'failure')];
  return (
    <section aria-label="Recent operations" class="recent">
      <h3>Recent operations</h3>
      {/* Not announced before the first request of its own: a user who moves through the table would hear it each time. */}
      <p class="second" {...(asked > 0 && { 'aria-live': 'polite' as const })}>
        {answer === undefined ? 'Reading from the daemon …' : <Message answer={answer} pod={pod} />}
      </p>
      {newestFirst.map((each, index) => (
        <Operation key={`${each.startedAt} ${each.sandbox}`} of={each} isOpen={opened.includes(index)} />
      ))}
      {pod.node !== undefined && (
        <p>
          <button type="button" onClick={() => ask(asked + 1)}>
            Refresh
          </button>
        </p>
      )}
    </section>
  );
}

async function read(pod: string, signal: AbortSignal): Promise<RecentAnswer> {
  try {
    const response = await fetch(`operations.json?pod=${encodeURIComponent(pod)}`, { signal });
    return response.ok
      ? ((await response.json()) as RecentAnswer)
      : { problem: `plexus ui answers with ${response.status}` };
  } catch {
    return { problem: 'plexus ui has stopped' };
  }
}

function Message({ answer, pod }: { readonly answer: RecentAnswer | 'none'; readonly pod: PagePod }): JSX.Element {
  if (answer === 'none') return <>It is not on a node yet, so there are no operations.</>;
  if ('problem' in answer)
    return (
      <>
        The daemon of its node, {pod.node}, has recorded them and cannot be reached from here ({answer.problem}); run
        this: <Command pod={pod} />
      </>
    );
  return <Summary of={answer} pod={pod} />;
}

function Summary({ of: { node, operations }, pod }: { readonly of: PodOperations; readonly pod: PagePod }) {
  const isElsewhere = node !== undefined && node !== pod.node;
  const number = operations.length === 1 ? '1 operation' : `${operations.length} operations, the newest first`;
  if (isElsewhere && operations.length > 0)
    return (
      <>
        {number}, on node {node}, where a pod of this name was; for operations on {pod.node}, where it is now, run this:{' '}
        <Command pod={pod} />
      </>
    );
  if (isElsewhere)
    return (
      <>
        The daemon that can be reached from here is that of node {node}, but the pod is on {pod.node}; run this:{' '}
        <Command pod={pod} />
      </>
    );
  if (operations.length > 0) return <>{number}</>;
  const named = node === undefined ? 'The daemon that can be reached from here' : `The daemon of its node, ${node},`;
  return (
    <>
      {named} has recorded no operation on it: it keeps the newest only, and none from before its start; its log
      contains older ones
      {node === undefined ? (
        <>
          ; if it is not that of {pod.node}, run this: <Command pod={pod} />
        </>
      ) : (
        '.'
      )}
    </>
  );
}

/** The command to type, with the values that are known here. */
const Command = ({ pod }: { readonly pod: PagePod }): JSX.Element => (
  <>
    <code>
      kubectl exec -n kube-system PLEXUS_POD -c daemon -- plexus trace pod {pod.name} -n {pod.namespace}
    </code>{' '}
    (PLEXUS_POD: the pod of Plexus on {pod.node}).
  </>
);
