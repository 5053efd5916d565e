import { join } from 'node:path';
import { asPlexusError } from '../errors/index.ts';
import { type BackOff, pauseAfter } from '../queue/index.ts';
import type { Report } from '../report/index.ts';
import { readConfPath } from '../runtime/index.ts';
import { entriesOf, readableNames, nudge } from './conf-folder.ts';
import { type ConflistOptions, conflistText } from './conflist.ts';
import { type Written, carryOut, displacement } from './correct.ts';
import { type DefaultOptions, findDefault } from './find-default.ts';
import { type ConfEntry, type Correction, correctionFor, isInOrder, isOwnName } from './standing.ts';

/** What the daemon keeps in place: our configuration in the folder where the container runtime looks for it. */
export interface KeepOptions extends ConflistOptions, DefaultOptions {
  /** keep: puts right what other programs do to our file; report: only tells it; off: does nothing. */
  readonly manage: 'keep' | 'report' | 'off';
}
/** Milliseconds. */
export interface KeepTiming {
  /** The folder is read again after this even if nothing seems to happen. */
  readonly lookMs: number;
  /** After something has happened in the folder, for the rest of it to happen. */
  readonly settleMs: number;
  /** The pause after another program has displaced our file. */
  readonly backOff: BackOff;
  /** After this long without a displacement they are forgotten. */
  readonly calmMs: number;
  readonly now: () => number;
}
/** What is remembered from one look to the next. */
export interface Memory {
  written?: Written;
  displacements: { readonly times: number; readonly at: number };
  /** Whether the runtimes get one more write event, in case they missed the first (K8S-52). */
  mayBeMissed: boolean;
  /** What was said last about each thing: everything is said once. */
  readonly said: Map<string, string>;
}

export const newMemory = (): Memory => ({ displacements: { times: 0, at: 0 }, mayBeMissed: false, said: new Map() });

interface Keeper {
  readonly options: KeepOptions;
  readonly memory: Memory;
  readonly timing: KeepTiming;
  readonly report: Report;
}

/**
 * One look at the folder and what follows from it; nothing else is known or trusted. Returns when to look again, in ms.
 */
export async function look(keeper: Keeper): Promise<number> {
  if (keeper.options.manage === 'off') return keeper.timing.lookMs;
  try {
    const pause = await lookOnce(keeper);
    keeper.memory.said.delete('problem');
    return pause;
  } catch (thrown) {
    const error = asPlexusError(thrown);
    if (isNews(keeper, 'problem', error.message)) keeper.report({ kind: 'problem', error });
    return keeper.timing.lookMs;
  }
}

async function lookOnce(keeper: Keeper): Promise<number> {
  const { options, memory, timing } = keeper;
  const listing = await readConfPath(options.folder);
  const entries = entriesOf(listing);
  const wanted = await wantedText(keeper, await findDefault(options, listing), entries);
  if (wanted === undefined) return timing.lookMs;
  const correction = correctionFor(entries, wanted);
  if (isInOrder(correction)) return settled(keeper, { name: correction.name, text: wanted });
  const by = displacement(memory.written, entries, await readableNames(options.folder));
  if (by === undefined) return ownChange(keeper, correction, wanted);
  return displaced(keeper, by, { correction, wanted });
}

/** Undefined: there is no default network yet, so pods could not be attached (NPWG-92). */
async function wantedText(
  keeper: Keeper,
  decision: Awaited<ReturnType<typeof findDefault>>,
  entries: readonly ConfEntry[],
): Promise<string | undefined> {
  const { memory, options } = keeper;
  if (decision.kind === 'found') {
    warn(keeper, 'default network', decision.warnings.join('; '));
    return conflistText(decision.network, {
      ...options,
      ...(decision.settings !== undefined && { settings: decision.settings }),
    });
  }
  const before = memory.written?.text ?? entries.find(({ name, owner }) => owner === 'plexus' && isOwnName(name))?.text;
  const meanwhile =
    before === undefined
      ? 'Plexus writes its configuration as soon as there is one'
      : 'the configuration of Plexus stays unchanged'; // K8S-69
  warn(
    keeper,
    'default network',
    `no default network in ${options.defaultNetwork ?? options.folder}: ${decision.problem}; ${meanwhile}`,
  );
  return before;
}

async function settled(keeper: Keeper, written: Written): Promise<number> {
  const { memory, options, report, timing } = keeper;
  memory.written = written;
  if (memory.said.delete('displaced'))
    report({ kind: 'daemon', text: `${join(options.folder, written.name)} is the first CNI configuration again` });
  if (memory.mayBeMissed) await nudge(options.folder, written.text);
  memory.mayBeMissed = false;
  return timing.lookMs;
}

// the first time, or after a change of the default network or of our options
async function ownChange(keeper: Keeper, correction: Correction, text: string): Promise<number> {
  const { options, timing } = keeper;
  await correct(keeper, correction, text);
  const before =
    correction.blockedBy ??
    (options.manage === 'keep' ? undefined : correction.moveAside.find((each) => each !== correction.name));
  if (before !== undefined) sayDisplaced(keeper, correction.name, `${before} sorts before it`);
  return timing.lookMs;
}

async function displaced(
  keeper: Keeper,
  by: string,
  { correction, wanted }: { correction: Correction; wanted: string },
): Promise<number> {
  const { options, memory, report, timing } = keeper;
  const name = memory.written?.name ?? correction.name;
  const times = timing.now() - memory.displacements.at > timing.calmMs ? 0 : memory.displacements.times;
  if (options.manage === 'report' || isStuck(correction)) {
    sayDisplaced(keeper, name, by);
    return timing.lookMs;
  }
  const pause = times === 0 ? 0 : pauseAfter(times, timing.backOff);
  const left = memory.displacements.at + pause - timing.now();
  if (left > 0) {
    sayDisplaced(
      keeper,
      name,
      `${by}, after ${times} repairs; the next repair is ${pause / 1000} s after the last one`,
    );
    return left;
  }
  await correct(keeper, correction, wanted);
  memory.displacements = { times: times + 1, at: timing.now() };
  if (correction.blockedBy !== undefined) sayDisplaced(keeper, name, by);
  else {
    memory.said.delete('displaced');
    report({ kind: 'configuration-displaced', file: join(options.folder, name), by, fixed: true });
  }
  return timing.lookMs;
}

const isStuck = ({ write, moveAside, remove, blockedBy }: Correction): boolean =>
  blockedBy !== undefined && !write && moveAside.length + remove.length === 0;

async function correct({ options, memory, report }: Keeper, correction: Correction, text: string): Promise<void> {
  const { folder } = options;
  const done = await carryOut(correction, { folder, text, mayMove: options.manage === 'keep' });
  memory.written = { name: correction.name, text };
  memory.mayBeMissed = true;
  for (const line of done) report({ kind: 'daemon', text: `${folder}: ${line}` });
}

function sayDisplaced(keeper: Keeper, name: string, by: string): void {
  if (isNews(keeper, 'displaced', by))
    keeper.report({ kind: 'configuration-displaced', file: join(keeper.options.folder, name), by, fixed: false });
}

function warn(keeper: Keeper, about: string, text: string): void {
  if (isNews(keeper, about, text) && text !== '') keeper.report({ kind: 'warning', text });
}

function isNews({ memory }: Keeper, about: string, text: string): boolean {
  if (memory.said.get(about) === text) return false;
  memory.said.set(about, text);
  return true;
}
