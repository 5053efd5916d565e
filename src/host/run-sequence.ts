import { isPluginType } from '../cni/index.ts';
import { assertNotAborted } from './child.ts';
import type { Host, PluginExit, PluginRun, RunSequence, UntakenRun } from './host.ts';
import { daemonFrame, decodeFailed, failReason, runBody, shimFrame } from './link-messages.ts';
import type { LinkChannel, SentRequest } from './link-channel.ts';
import type { Frame } from './wire.ts';

// A small part of what the shim holds for all plugins (docs/host-link.md), so that a sequence leaves room for others.
const mostRuns = 32;
const mostInput = 1024 * 1024;

/** What a sequence on a host link needs. */
export interface SequenceOnLink {
  readonly runs: readonly PluginRun[];
  readonly channel: LinkChannel;
  /** Runs a plugin that is not in the sequence. */
  readonly runPlugin: Host['runPlugin'];
  /** Decodes an answer to RUN; throws if the run failed. */
  readonly exitOf: (answer: Frame, run: PluginRun) => PluginExit;
}

interface SentRun extends SentRequest {
  readonly run: PluginRun;
}

/**
 * Sends runs so that the shim begins each one when the run before it has ended with status 0. Runs beyond the limits of
 * a sequence are not sent: they run when they are requested.
 */
export function startSequence({ runs, channel, runPlugin, exitOf }: SequenceOnLink, signal: AbortSignal): RunSequence {
  const sent = signal.aborted ? [] : sendRuns(runs, channel);
  // The last one first, so that none begins because one before it has ended.
  const killAll = (): void => sent.toReversed().forEach(({ kill }) => kill());
  signal.addEventListener('abort', killAll);
  return {
    runPlugin: async (run, own, operation) => {
      const [next] = sent;
      if (next === undefined || !isSame(next.run, run)) return runPlugin(run, own, operation);
      assertNotAborted(run.plugin, own);
      sent.shift();
      const answer = await answerTo(next, own);
      assertNotAborted(run.plugin, own);
      return isSkipped(answer) ? runPlugin(run, own, operation) : exitOf(answer, run);
    },
    stop: async () => {
      signal.removeEventListener('abort', killAll);
      killAll();
      return (await Promise.all(sent.splice(0).map((each) => untaken(each, exitOf)))).flat();
    },
  };
}

function sendRuns(runs: readonly PluginRun[], channel: LinkChannel): SentRun[] {
  let input = 0;
  const end = runs.findIndex(({ plugin, stdin }, index) => {
    input += stdin.length;
    return index === mostRuns || input > mostInput || !isPluginType(plugin);
  });
  const first = end === -1 ? runs : runs.slice(0, end);
  const requests = channel.sendAll(
    daemonFrame.run,
    first.map((run) => (before) => runBody(run, before)),
  );
  return requests.flatMap((request, index) => {
    const run = first[index];
    return run === undefined ? [] : [{ ...request, run }];
  });
}

const isSame = (one: PluginRun, other: PluginRun): boolean =>
  one.plugin === other.plugin && one.stdin === other.stdin && JSON.stringify(one.env) === JSON.stringify(other.env);

async function answerTo({ answer, kill }: SentRequest, signal: AbortSignal): Promise<Frame> {
  signal.addEventListener('abort', kill);
  try {
    return await answer;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

const isSkipped = (answer: Frame): boolean =>
  answer.type === shimFrame.failed && decodeFailed(answer).reason === failReason.skipped;

// reasons that the shim gives only for plugins that have not begun
const notBegun: readonly number[] = [failReason.skipped, failReason.missing, failReason.forbidden, failReason.netns];

async function untaken(
  { run, answer: coming }: SentRun,
  exitOf: SequenceOnLink['exitOf'],
): Promise<readonly UntakenRun[]> {
  try {
    const answer = await coming;
    if (answer.type === shimFrame.ran) return [{ run, exit: exitOf(answer, run) }];
    return notBegun.includes(decodeFailed(answer).reason) ? [] : [{ run }];
  } catch {
    return [{ run }]; // the link was lost
  }
}
