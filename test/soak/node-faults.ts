import type { Faults } from '../support/api-server/index.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';
import type { World } from './world.ts';

/** Faults of the whole node. */
export interface NodeFaults {
  /** Starts the next fault, which runs concurrently with the calls. */
  readonly strike: (mayKill: boolean) => void;
  /** Must be called after every answered call, because some faults last for a number of calls. */
  readonly answered: () => void;
  /** Ends the current fault and waits for its end. Rejects if the daemon could not be started again. */
  readonly settle: () => Promise<void>;
  /** Number of daemon processes so far. */
  readonly lives: () => number;
}

interface Fault {
  readonly what: string;
  readonly isKill?: true;
  readonly begin: () => Promise<void>;
}

const awayForAnswers = 6;

export function nodeFaults(world: World, tally: Tally, random: Random): NodeFaults {
  let lives = 1;
  let isAway = false;
  const { api } = world.at;
  let answersLeft = 0;
  const kill = async (): Promise<void> => {
    await world.at.daemon().stop('SIGKILL');
    await world.startDaemon();
    lives++;
  };
  const goAway = async (): Promise<void> => {
    if (isAway) return;
    isAway = true;
    answersLeft = awayForAnswers;
    await api.goAway();
  };
  const comeBack = async (): Promise<void> => {
    if (isAway) await api.comeBack();
    isAway = false;
  };
  const away: Fault = { what: 'the API server is away', begin: goAway };
  const killed: Fault = { what: 'the daemon is killed', isKill: true, begin: kill };
  const kinds = [killed, ...requestFaults(api.faults), killed, ...watchFaults(api), killed, away];
  let turn = random.between(0, kinds.length - 1);
  let going = Promise.resolve();
  const enqueue = (work: () => Promise<void>): void => {
    going = going.then(work);
    going.catch(() => {}); // settle reports it.
  };
  const nextKind = (mayKill: boolean): Fault => {
    const fault = kinds[turn++ % kinds.length] ?? away;
    return fault.isKill === true && !mayKill ? nextKind(mayKill) : fault;
  };
  return {
    strike: (mayKill) => {
      const { what, begin } = nextKind(mayKill);
      tally.count(what);
      enqueue(comeBack);
      enqueue(begin);
    },
    answered: () => {
      if (isAway && --answersLeft === 0) enqueue(comeBack);
    },
    settle: async () => {
      enqueue(comeBack);
      await going;
      api.faults.clear();
    },
    lives: () => lives,
  };
}

const requestFaults = (faults: Faults): readonly Fault[] => [
  { what: 'the API server answers 500, 5 times', begin: async () => void faults.answer(500, { times: 5 }) },
  { what: 'the API server answers 429, 3 times', begin: async () => void faults.tooManyRequests(1, { times: 3 }) },
  { what: 'the API server breaks connections, 5 times', begin: async () => void faults.drop('middle', { times: 5 }) },
];

const watchFaults = (api: World['at']['api']): readonly Fault[] => [
  { what: 'watches end', begin: async () => api.endWatches() },
  { what: 'watches expire (410)', begin: async () => api.expireWatches() },
  { what: 'watches break off in the middle of a line', begin: async () => api.truncateWatches() },
];
