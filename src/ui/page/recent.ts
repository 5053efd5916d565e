import type { TopologyPod } from '../../view/index.ts';
import type { PodOperations, RecentAnswer } from '../recent.ts';
import { action, make } from './dom.ts';
import { timelineElement } from './timeline.ts';

/** The section "Recent operations" in its own box, so that changes in the cluster do not redraw it. */
export interface RecentSection {
  /** Requests the operations if the pod or its node has changed; undefined: no pod is shown. */
  readonly show: (pod: TopologyPod | undefined) => void;
}

export function recentSection(box: HTMLElement): RecentSection {
  let shown = '';
  let asking = new AbortController();
  return {
    show: (pod) => {
      const key = pod === undefined ? '' : `${keyOf(pod)} ${pod.node ?? ''}`;
      if (key === shown) return;
      shown = key;
      asking.abort();
      box.hidden = pod === undefined;
      if (pod === undefined) return box.replaceChildren();
      const message = make('p', { class: 'second' });
      const list = make('div');
      const ask = (): void => {
        asking.abort();
        asking = new AbortController();
        void fill({ message, list }, pod, asking.signal);
      };
      const again = action('Refresh', () => {
        // Not set earlier: a user who moves through the list would hear it for each pod.
        message.setAttribute('aria-live', 'polite');
        ask();
      });
      box.replaceChildren(
        make('h3', {}, 'Recent operations'),
        message,
        list,
        ...(pod.node === undefined ? [] : [make('p', {}, again)]),
      );
      if (pod.node === undefined) message.textContent = 'It is not on a node yet, so there are no operations.';
      else ask();
    },
  };
}

const keyOf = ({ namespace, name }: TopologyPod): string => `${namespace}/${name}`;

interface Places {
  readonly message: HTMLElement;
  readonly list: HTMLElement;
}

async function fill({ message, list }: Places, pod: TopologyPod, signal: AbortSignal): Promise<void> {
  message.replaceChildren('reading from the daemon …');
  const answer = await ask(keyOf(pod), signal);
  if (signal.aborted) return;
  message.replaceChildren(...('problem' in answer ? notReachable(pod, answer.problem) : summaryOf(pod, answer)));
  const operations = 'problem' in answer ? [] : answer.operations.toReversed();
  const opened = [0, operations.findIndex(({ outcome }) => outcome === 'failure')];
  list.replaceChildren(...operations.map((each, index) => timelineElement(each, opened.includes(index))));
}

async function ask(pod: string, signal: AbortSignal): Promise<RecentAnswer> {
  try {
    const response = await fetch(`operations.json?pod=${encodeURIComponent(pod)}`, { signal });
    return response.ok
      ? ((await response.json()) as RecentAnswer)
      : { problem: `plexus ui answers with ${response.status}` };
  } catch {
    return { problem: 'plexus ui has stopped' };
  }
}

type Words = readonly (Node | string)[];

const notReachable = (pod: TopologyPod, problem: string): Words => [
  `The daemon of its node, ${pod.node ?? ''}, has recorded them and cannot be reached from here (${problem}); run this: `,
  ...command(pod),
];

function summaryOf(pod: TopologyPod, { node, operations }: PodOperations): Words {
  const isElsewhere = node !== undefined && node !== pod.node;
  const count = operations.length === 1 ? '1 operation' : `${operations.length} operations, the newest first`;
  if (isElsewhere && operations.length > 0)
    return [
      `${count}, on node ${node}, where a pod of this name was; for operations on ${pod.node ?? ''}, where it is now, run this: `,
      ...command(pod),
    ];
  if (isElsewhere)
    return [
      `The daemon that can be reached from here is that of node ${node}, but the pod is on ${pod.node ?? ''}; run this: `,
      ...command(pod),
    ];
  if (operations.length > 0) return [count];
  const named = node === undefined ? 'The daemon that can be reached from here' : `The daemon of its node, ${node},`;
  const elsewhere: Words =
    node === undefined ? [`; if it is not that of ${pod.node ?? ''}, run this: `, ...command(pod)] : ['.'];
  return [
    `${named} has recorded no operation on it: it keeps the newest only, and none from before its start; its log contains older ones`,
    ...elsewhere,
  ];
}

/** The command to type, with the values that are known here. */
const command = (pod: TopologyPod): Words => [
  make(
    'code',
    {},
    `kubectl exec -n kube-system PLEXUS_POD -c daemon -- plexus trace pod ${pod.name} -n ${pod.namespace}`,
  ),
  ` (PLEXUS_POD: the pod of Plexus on ${pod.node ?? ''}).`,
];
