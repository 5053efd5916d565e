// The soak test: pods start and stop for a long time while faults occur. At the end nothing may be left over, and
// nothing may have grown.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { plot } from './plot.ts';
import { type SoakReport, soak } from './soak.ts';
import { summary } from './summary.ts';

const help = `Starts and ends pods on a test node while faults occur. Exit status 1: something is left, or grows.

usage: npm run test:soak -- [--cycles 10000 | --hotplug 2000] [--at-once 10] [--seed N] [--out dist/soak] [--docs]

--hotplug N   changes the annotations of running pods N times instead: they gain, lose and swap networks
--out FOLDER  for series.jsonl (one sample per line), summary.txt, soak.svg and, of a run that failed, daemon.log
--docs        the picture is written to docs/img/soak.svg as well; not with --hotplug
`;
const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '10000' },
    hotplug: { type: 'string' },
    'at-once': { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: join(root, 'dist/soak') },
    docs: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function whole(flag: 'cycles' | 'hotplug' | 'at-once' | 'seed'): number {
  const number = Number(values[flag]);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${flag} ${values[flag]}: it must be a whole number from 1`);
  return number;
}

async function write(report: SoakReport): Promise<void> {
  const { kind, cycles, atOnce } = report.options;
  const what =
    kind === 'plugs'
      ? `${cycles.toLocaleString('en')} changes of the networks of running pods`
      : `${cycles.toLocaleString('en')} pods come and go`;
  const picture = plot(report.samples, `${what}, ${atOnce} at once, while things go wrong`);
  await writeFile(
    join(values.out, 'series.jsonl'),
    report.samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''),
  );
  await writeFile(join(values.out, 'summary.txt'), `${summary(report)}\n`);
  await writeFile(join(values.out, 'soak.svg'), picture);
  if (report.problems.length > 0) await writeFile(join(values.out, 'daemon.log'), report.log.join('\n'));
  if (!values.docs || kind === 'plugs') return;
  await mkdir(join(root, 'docs/img'), { recursive: true });
  await writeFile(join(root, 'docs/img/soak.svg'), picture);
}

if (values.help) {
  process.stdout.write(help);
} else {
  await mkdir(values.out, { recursive: true });
  const isOfPlugs = values.hotplug !== undefined;
  const options = {
    kind: isOfPlugs ? ('plugs' as const) : ('pods' as const),
    cycles: whole(isOfPlugs ? 'hotplug' : 'cycles'),
    atOnce: whole('at-once'),
    seed: whole('seed'),
  };
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const report = await soak({
    ...options,
    signal: stop.signal,
    onSample: ({ cycle, life, daemonMemory, daemonDescriptors, files }) =>
      process.stderr.write(
        `${cycle} of ${options.cycles}: daemon ${life}, ${daemonMemory} MiB, ${daemonDescriptors} descriptors, ${files} state files\n`,
      ),
  });
  await write(report);
  process.stdout.write(`${summary(report)}\n`);
  process.exitCode = report.problems.length === 0 ? 0 : 1;
}
