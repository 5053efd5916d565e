// Measures the cost of attaching: the same plugins with and without Plexus, in turn within one run. Prints tables;
// asserts nothing.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { type Burst, measureBursts } from './bursts.ts';
import { type Measurement, measureCalls } from './calls.ts';
import { placeOf, textOf, writeDocs } from './docs.ts';
import { type Plugs, measureHotPlug } from './hot-plug.ts';
import { describeMachine } from './machine.ts';
import { type Situation, measureMemory } from './memory.ts';
import { buildNative } from './native.ts';
import type { Delegates } from './node.ts';
import { measureParallel } from './parallel.ts';
import type { BenchReport } from './report.ts';
import { measureRequests } from './requests.ts';
import { measureCpu, measureProcesses } from './resources.ts';
import { measureSteps } from './steps.ts';
import { sectionsOf } from './tables.ts';
import { type PodWrites, measureWebhook } from './webhook.ts';

const parts = [
  'calls',
  'steps',
  'parallel',
  'bursts',
  'hotplug',
  'processes',
  'cpu',
  'requests',
  'memory',
  'webhook',
] as const;
type Part = (typeof parts)[number];

const help = `Measures what attaching costs, beside the same plugins without a meta-plugin.

usage: npm run bench -- [--only PART[,PART]] [--quick] [--repetitions 25] [--further 0,1,2,4,8,16] [--delegates nothing,real]
                        [--against NAME=PROGRAM,CONFIGURATION]... [--json FILE] [--from FILE] [--docs]

--only         ${parts.join(', ')}; all of them if left out
--quick        few repetitions and small numbers: to see that it works
--against      another CNI plugin, measured in the same way; in its configuration (a .conf or .conflist file) \${KUBECONFIG},
               \${DIR} and "\${DEFAULT_NETWORK}" are filled in
--json FILE    the figures as JSON
--from FILE    measures nothing: the figures of an earlier run
--docs         tables and pictures go into docs/performance.md
`;
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: parts.join(',') },
    quick: { type: 'boolean', default: false },
    repetitions: { type: 'string' },
    further: { type: 'string' },
    delegates: { type: 'string', default: 'nothing,real' },
    against: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    from: { type: 'string' },
    docs: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const bursts: readonly Burst[] = values.quick
  ? [{ pods: 20, atOnce: 10, further: 2 }]
  : [
      { pods: 50, atOnce: 10, further: 2 },
      { pods: 200, atOnce: 30, further: 2 },
    ];
const plugs: readonly Plugs[] = values.quick
  ? [
      { pods: 1, networks: 1 },
      { pods: 5, networks: 1 },
    ]
  : [
      { pods: 1, networks: 1 },
      { pods: 1, networks: 4 },
      { pods: 30, networks: 1 },
    ];
const situations: readonly Situation[] = values.quick
  ? [
      { pods: 0, nads: 16 },
      { pods: 20, nads: 1000 },
    ]
  : [
      { pods: 0, nads: 16 },
      { pods: 110, nads: 16 },
      { pods: 500, nads: 16 },
      { pods: 1000, nads: 16 },
      { pods: 110, nads: 1000 },
      { pods: 1000, nads: 1000 },
      { pods: 110, nads: 10_000 },
    ];

const podWrites: PodWrites = { nads: 1000, pods: values.quick ? 500 : 5000, perSecond: 100 };

const wholes = (text: string): readonly number[] => text.split(',').map(whole);

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${text}: it must be a whole number`);
  return value;
}

function chosen<T extends string>(text: string, known: readonly T[]): readonly T[] {
  return text.split(',').map((word) => {
    const found = known.find((each) => each === word);
    if (found === undefined) throw new Error(`${word}: it must be one of ${known.join(', ')}`);
    return found;
  });
}

async function readMeasurement(): Promise<Measurement> {
  return {
    native: await buildNative(),
    repetitions: whole(values.repetitions ?? (values.quick ? '5' : '25')),
    further: wholes(values.further ?? (values.quick ? '0,4' : '0,1,2,4,8,16')),
    delegates: chosen<Delegates>(values.delegates, ['nothing', 'pause', 'real']),
    against: values.against,
    say: (text) => void process.stderr.write(`${text}\n`),
  };
}

const measuring: Readonly<Record<Part, (wanted: Measurement) => Promise<Partial<BenchReport>>>> = {
  calls: async (wanted) => ({ calls: await measureCalls(wanted) }),
  steps: async (wanted) => ({ steps: await measureSteps(wanted) }),
  parallel: async (wanted) => ({ parallel: await measureParallel(wanted) }),
  bursts: async (wanted) => ({ bursts: await measureBursts(wanted, bursts) }),
  hotplug: async (wanted) => ({ hotPlug: await measureHotPlug(wanted, plugs, values.quick ? 2 : 20) }),
  processes: async (wanted) => ({ processes: await measureProcesses(wanted) }),
  cpu: async (wanted) => ({ cpu: await measureCpu(wanted) }),
  requests: async (wanted) => ({ requests: await measureRequests(wanted) }),
  memory: async (wanted) => ({ memory: await measureMemory(wanted, situations) }),
  webhook: async (wanted) => ({ webhook: await measureWebhook(wanted, podWrites) }),
};

async function measure(): Promise<BenchReport> {
  const wanted = await readMeasurement();
  let report: BenchReport = { machine: await describeMachine(), repetitions: wanted.repetitions };
  for (const part of chosen(values.only, parts)) {
    report = { ...report, ...(await measuring[part](wanted)) };
    await keep(report); // after each part, because all of them may take an hour
  }
  return report;
}

async function keep(report: BenchReport): Promise<void> {
  if (values.json === undefined) return;
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(values.json, `${JSON.stringify(report, undefined, 1)}\n`);
}

if (values.help) {
  process.stdout.write(help);
} else {
  const report =
    values.from === undefined ? await measure() : (JSON.parse(await readFile(values.from, 'utf8')) as BenchReport);
  if (values.docs) await writeDocs(report);
  process.stdout.write([placeOf(report), ...sectionsOf(report).map(textOf)].join('\n\n'));
}
