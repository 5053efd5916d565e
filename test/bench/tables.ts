import { table } from '../../src/view/index.ts';
import type { ApiRequestCount } from './api.ts';
import { furtherIn, overheadOf } from './plots.ts';
import type {
  BenchReport,
  BurstRow,
  CallRow,
  HotPlugReport,
  RequestRow,
  ScaleReport,
  StepsRow,
  WebhookRow,
} from './report.ts';

export interface Section {
  readonly title: string;
  readonly text: string;
  readonly table: string;
  /** File names of pictures, with their descriptions. */
  readonly pictures?: readonly { readonly file: string; readonly alt: string }[];
}

const ms = (value: number): string => value.toFixed(1);
const number = (value: number): string => value.toLocaleString('en');
const delegateWords = { nothing: 'do nothing', pause: 'take 250 ms', real: 'bridge, macvlan' } as const;

/** The sections of a report, in the order of the document. */
export function sectionsOf(report: BenchReport): readonly Section[] {
  const { calls, steps, bursts, hotPlug, processes, cpu, memory, requests, parallel, webhook } = report;
  return [
    ...(calls === undefined ? [] : [callsSection(calls)]),
    ...(steps === undefined ? [] : [stepsSection(steps)]),
    ...(parallel === undefined || parallel.length === 0 ? [] : [parallelSection(parallel)]),
    ...(bursts === undefined ? [] : [burstsSection(bursts)]),
    ...(hotPlug === undefined ? [] : [hotPlugSection(hotPlug)]),
    ...(processes === undefined ? [] : [processesSection(processes)]),
    ...(cpu === undefined ? [] : [cpuSection(cpu)]),
    ...(requests === undefined ? [] : [requestsSection(requests)]),
    ...(memory === undefined ? [] : [memorySection(memory)]),
    ...(webhook === undefined ? [] : [webhookSection(webhook)]),
  ];
}

const callsSection = (rows: readonly CallRow[]): Section => ({
  title: 'What a call costs',
  text: 'Milliseconds. OVER: how much the median exceeds that of "bare", the same plugins run one after the other without any meta-plugin.',
  table: table(
    ['PLUGINS', 'FURTHER', 'VARIANT', 'ADD', 'P95', 'OVER', 'DEL', 'P95', 'OVER'],
    rows.map((row) => {
      const over = overheadOf(row, rows);
      const isBare = row.variant === 'bare';
      const cells = [
        row.add.median,
        row.add.p95,
        isBare ? undefined : over.add,
        row.del.median,
        row.del.p95,
        isBare ? undefined : over.del,
      ];
      return [
        delegateWords[row.delegates],
        String(row.further),
        row.variant,
        ...cells.map((cell) => (cell === undefined ? '' : ms(cell))),
      ];
    }),
  ),
  pictures: [
    {
      file: 'performance-overhead.svg',
      alt: `ADD and DEL beside the plugins, for ${furtherIn(rows).join(', ')} additional networks`,
    },
  ],
});

export const stepsPicture = ({ delegates, further }: StepsRow): string =>
  `performance-steps-${delegates}-${further}.svg`;

function stepsSection(rows: readonly StepsRow[]): Section {
  // The longest row has all of them, in order.
  const longest = rows.toSorted((a, b) => b.medians.length - a.medians.length);
  const names = [...new Set(longest.flatMap(({ medians }) => medians.map(({ name }) => name)))];
  const cellsOf = (name: string): string[] =>
    rows.map(({ medians }) => medians.find((each) => each.name === name)?.ms.toFixed(2) ?? '');
  return {
    title: 'Where the time of an ADD goes',
    text:
      'Medians of each step; steps that overlap (a journal write and the next plugin) count in full, so the sum is more than the whole. Measured by a daemon ' +
      'made of the same parts, each wrapped in a stopwatch (`test/bench/stopwatch-daemon.ts`). The pictures show the ADD whose total is the median.',
    table: table(
      ['STEP', ...rows.map(({ delegates, further }) => `${delegateWords[delegates].toUpperCase()}, ${further}`)],
      [
        ['all of it', ...rows.map(({ totalMs }) => totalMs.toFixed(2))],
        ...names.map((name) => [name, ...cellsOf(name)]),
      ],
    ),
    pictures: rows.map((row) => ({
      file: stepsPicture(row),
      alt: `The steps of one ADD with ${row.further} additional networks`,
    })),
  };
}

const parallelSection = (rows: Required<BenchReport>['parallel']): Section => ({
  title: 'Networks at the same time',
  text: 'ADD of four networks whose plugin takes 250 ms each.',
  table: table(
    ['VARIANT', 'attachmentConcurrency', 'ADD ms', 'P95'],
    rows.map(({ variant, concurrency, add }) => [variant, String(concurrency), ms(add.median), ms(add.p95)]),
  ),
});

const burstsSection = (rows: readonly BurstRow[]): Section => ({
  title: 'Many pods at once',
  text: 'Milliseconds for all pods, and the ADD of one of them while the others run.',
  table: table(
    ['PLUGINS', 'PODS', 'AT ONCE', 'FURTHER', 'VARIANT', 'ALL ADD', 'ALL DEL', 'ONE ADD', 'P95'],
    rows.map((row) => [
      delegateWords[row.delegates],
      ...[row.pods, row.atOnce, row.further].map(String),
      row.variant,
      ...[row.addMs, row.delMs].map((value) => value.toFixed(0)),
      ms(row.add.median),
      ms(row.add.p95),
    ]),
  ),
});

const hotPlugSection = ({ rows, idle }: HotPlugReport): Section => ({
  title: 'Networks of running pods',
  text:
    'Milliseconds from the write of the annotation until network-status shows the change, with bridge and macvlan. PODS: how many annotations change at the same time. PLUGINS: the same plugins alone, of as many pods at once. OVER: how much the median exceeds theirs. ' +
    `During ${idle.seconds} s without a change, the daemon sent ${idle.requests.length === 0 ? 'no request' : idle.requests.map(requestText).join(', ')} to the API server.`,
  table: table(
    ['PODS', 'NETWORKS', 'CHANGE', 'MEDIAN', 'P95', 'P99', 'PLUGINS', 'OVER'],
    rows.flatMap(({ pods, networks, plug, unplug, bareAdd, bareDel }) =>
      (
        [
          ['plug', plug, bareAdd],
          ['unplug', unplug, bareDel],
        ] as const
      ).map(([change, own, bare]) => [
        String(pods),
        String(networks),
        change,
        ...[own.median, own.p95, own.p99, bare.median, own.median - bare.median].map(ms),
      ]),
    ),
  ),
});

const processesSection = (rows: Required<BenchReport>['processes']): Section => ({
  title: 'The program on the host',
  text: 'Each process is measured from its start to its end.',
  table: table(
    ['PROCESS', 'MS', 'P95', 'CPU MS', 'PEAK MEMORY KiB', 'FILE KiB'],
    rows.map((row) => [
      row.what,
      row.ms.median.toFixed(2),
      row.ms.p95.toFixed(2),
      row.cpuMs.median.toFixed(2),
      number(row.peakKib),
      number(row.fileKib),
    ]),
  ),
});

const cpuSection = (rows: Required<BenchReport>['cpu']): Section => ({
  title: 'CPU time',
  text: 'CPU time of one ADD with its DEL, with plugins that do nothing. CALLS: the process that the runtime starts, with the plugins that it starts; DAEMON: the daemon, including its background work.',
  table: table(
    ['VARIANT', 'FURTHER', 'CALLS, MS', 'DAEMON, MS', 'PLUGINS ALONE, MS'],
    rows.map(({ variant, further, callMs, daemonMs, bareMs }) => [
      variant,
      String(further),
      ms(callMs),
      variant === 'daemon' ? ms(daemonMs) : '',
      ms(bareMs),
    ]),
  ),
});

const requestText = ({ what, number: times }: ApiRequestCount): string => `${times} ${what}`;

const requestsSection = (rows: readonly RequestRow[]): Section => ({
  title: 'What a pod costs the API server',
  text: 'Requests counted by the API server. The runtime passes the pod’s annotations, as containerd and CRI-O do. Events follow in the background. SENT: bytes of request bodies; RECEIVED: bytes of answers with headers.',
  table: table(
    ['VARIANT', 'FURTHER', 'CALL', 'SENT', 'RECEIVED', 'REQUESTS'],
    rows.map(({ variant, further, command, requests }) => [
      variant,
      String(further),
      command,
      ...[
        requests.reduce((sum, { sent }) => sum + sent, 0),
        requests.reduce((sum, { received }) => sum + received, 0),
      ].map(number),
      requests.length === 0 ? 'none' : requests.map(requestText).join(', '),
    ]),
  ),
});

const memorySection = (rows: Required<BenchReport>['memory']): Section => ({
  title: 'Memory and start of the daemon',
  text: 'Measured after a start on a node with that many attached pods, two additional networks each. SERVING: time until the daemon accepts calls; SYNCED: time until it knows all NetworkAttachmentDefinitions.',
  table: table(
    ['PODS', 'NADS', 'RESIDENT MiB', 'PEAK MiB', 'SERVING MS', 'SYNCED MS'],
    rows.map(({ pods, nads, residentMiB, peakMiB, servingMs, syncedMs }) =>
      [pods, nads, Math.round(residentMiB), Math.round(peakMiB), servingMs, syncedMs].map(number),
    ),
  ),
});

const webhookSection = (row: WebhookRow): Section => ({
  title: 'The admission webhook',
  text:
    `${number(row.pods)} pods created at ${row.perSecond} a second, two of ${number(row.nads)} networks each, one of them with a device. Milliseconds from a review to its answer, over HTTPS. Turned away because of overload: ${number(row.turnedAway)} pods. ` +
    `CPU of the webhook: ${ms(row.cpuMsPerPod)} ms for each pod; memory: ${Math.round(row.residentMiB)} MiB, peak ${Math.round(row.peakMiB)} MiB. ` +
    `In ${Math.round(row.seconds)} s, it sent ${row.requests.length === 0 ? 'no request' : row.requests.map(requestText).join(', ')} to the API server.`,
  table: table(
    ['REVIEW', 'MEDIAN', 'P95', 'P99'],
    (
      [
        ['mutating', row.mutate],
        ['validating', row.validate],
      ] as const
    ).map(([review, { median, p95, p99 }]) => [review, ...[median, p95, p99].map((value) => value.toFixed(2))]),
  ),
});

/** The cost of the API server and of the watches of many nodes. */
export const scaleSection = (scale: ScaleReport): Section => ({
  title: 'Many nodes',
  text:
    `${number(scale.nodes)} nodes with ${scale.podsPerNode} pods each, ${number(scale.nads)} NetworkAttachmentDefinitions; for ${Math.round(scale.seconds)} s, ` +
    `${scale.nadChangesPerMinute} changes of NetworkAttachmentDefinitions a minute and ${scale.patchesPerSecond} pods a second. One API server process; the nodes are the watch ` +
    'of the daemon, many in one process.',
  table: table(
    ['FIGURE', 'VALUE'],
    [
      ['requests a second', ms(scale.requestsPerSecond)],
      ...scale.requests.map(({ what, number: times, sent, received }) => [
        what,
        `${number(times)}; ${number(sent)} bytes sent, ${number(received)} received`,
      ]),
      ['all watches there after', `${number(Math.round(scale.startMs))} ms`],
      ['a new network is known at a node after', `median ${ms(scale.known.median)}, p99 ${ms(scale.known.p99)} ms`],
      ['… at the last node after', `median ${ms(scale.knownByAll.median)}, p95 ${ms(scale.knownByAll.p95)} ms`],
      ['a status is written after', `median ${ms(scale.patch.median)}, p99 ${ms(scale.patch.p99)} ms`],
      ['memory of one watch with its connection', `${number(Math.round(scale.watcherKib))} KiB`],
      [
        'API server of the test',
        `${(scale.api.cpuShare * 100).toFixed(0)} % of a core, ${Math.round(scale.api.rssMiB)} MiB`,
      ],
    ],
  ),
});
