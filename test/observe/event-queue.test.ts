import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EventSubject, PodEvent } from '../../src/cluster/index.ts';
import { eventQueue } from '../../src/observe/index.ts';
import type { Step } from '../../src/report/index.ts';
import { waitFor } from '../support/wait-for.ts';

const pod = { namespace: 'shop', name: 'db-0' };
const event = (number: number, type: PodEvent['type'] = 'Normal'): PodEvent => ({
  type,
  reason: `R${number}`,
  message: 'm',
});
const never = new AbortController().signal;
let stop = new AbortController();
let running = Promise.resolve();
afterEach(async () => {
  vi.useRealTimers();
  stop.abort();
  await running;
});

function start(queue: ReturnType<typeof eventQueue>): void {
  stop = new AbortController();
  running = queue.run(stop.signal);
}
function recorder() {
  const sent: string[] = [];
  const steps: Step[] = [];
  const send = async (_subject: EventSubject, { reason }: PodEvent): Promise<void> => void sent.push(reason);
  return { sent, steps, send, report: (step: Step) => void steps.push(step) };
}
const limits = { burst: 100, perSecond: 1000, waiting: 1000, repeatMs: 60_000, longestRepeatMs: 60_000 };

describe('the Event queue', () => {
  it('sends Events in order without blocking the caller', async () => {
    const { sent, send, report } = recorder();
    const queue = eventQueue(send, report, limits);
    for (let number = 0; number < 5; number++) await queue.recordEvent(pod, event(number), never);
    expect(sent).toEqual([]); // Nothing is sent yet.
    start(queue);
    await waitFor('all', async () => sent.length === 5);
    expect(sent).toEqual(['R0', 'R1', 'R2', 'R3', 'R4']);
    await queue.recordEvent({ node: 'n' }, event(5), never);
    await waitFor('a later one', async () => sent.length === 6);
  });

  it('sends Events even if the clock is set back by a day', async () => {
    const { sent, send, report } = recorder();
    const queue = eventQueue(send, report, limits);
    start(queue);
    vi.setSystemTime(Date.now() - 24 * 60 * 60 * 1000);
    await queue.recordEvent(pod, event(0), never);
    await waitFor('it', async () => sent.length === 1);
  });

  it('never sends more at once than the burst', async () => {
    const { sent, send, report } = recorder();
    const queue = eventQueue(send, report, { ...limits, burst: 3, perSecond: 0.001 });
    for (let number = 0; number < 10; number++) await queue.recordEvent(pod, event(number), never);
    start(queue);
    await waitFor('the burst', async () => sent.length >= 3);
    expect(sent).toHaveLength(3);
  });

  it('sends queued Events at the end', async () => {
    const { sent, send, report } = recorder();
    const queue = eventQueue(send, report, { ...limits, burst: 1, perSecond: 0.001 });
    for (let number = 0; number < 10; number++) await queue.recordEvent(pod, event(number), never);
    start(queue);
    await waitFor('the first', async () => sent.length === 1);
    stop.abort();
    await running;
    expect(sent).toHaveLength(10);
  });

  it('drops the oldest Normal Events when full, and reports it', async () => {
    const { sent, steps, send, report } = recorder();
    const queue = eventQueue(send, report, { ...limits, waiting: 2 });
    await queue.recordEvent(pod, event(0, 'Warning'), never);
    for (let number = 1; number < 4; number++) await queue.recordEvent(pod, event(number), never);
    start(queue);
    await waitFor('the rest', async () => sent.length === 2);
    expect(sent).toEqual(['R0', 'R3']);
    expect(steps.filter(({ kind }) => kind === 'warning')).toMatchObject([
      { kind: 'warning', text: expect.stringContaining('R1 is dropped') },
      { kind: 'warning', text: expect.stringContaining('R2 is dropped') },
    ]);
  });

  it('reports an Event that cannot be sent, and sends the next one', async () => {
    const { sent, steps, send, report } = recorder();
    const queue = eventQueue(
      (subject, one) => (one.reason === 'R0' ? Promise.reject(new Error('no')) : send(subject, one)),
      report,
      limits,
    );
    await queue.recordEvent(pod, event(0), never);
    await queue.recordEvent(pod, event(1), never);
    start(queue);
    await waitFor('the second', async () => sent.length === 1);
    expect(steps.filter(({ kind }) => kind === 'warning')).toMatchObject([
      { kind: 'warning', text: expect.stringContaining('could not write Event R0 of shop/db-0') },
    ]);
  });
});

describe('a repeated Warning', () => {
  const again = (message = 'm'): PodEvent => ({ type: 'Warning', reason: 'AttachmentFailed', message });
  const heard = () => {
    const events: PodEvent[] = [];
    return {
      events,
      send: async (_subject: EventSubject, one: PodEvent): Promise<void> => void events.push(one),
      report: (): void => {},
    };
  };

  it('is written once, and a thousand repetitions are counted with one request', async () => {
    const { events, send, report } = heard();
    const queue = eventQueue(send, report, { ...limits, repeatMs: 1 });
    for (let times = 0; times < 1001; times++)
      await queue.recordEvent(pod, again(`sandbox ${times.toString(16).padStart(64, 'a')} is busy`), never);
    start(queue);
    await waitFor('the count', async () => events.length === 2);
    expect(events.map(({ repeats }) => repeats)).toEqual([undefined, 1000]);
  });

  it('waits for its pause, and is counted at the end in any case', async () => {
    const { events, send, report } = heard();
    const queue = eventQueue(send, report, limits);
    for (let times = 0; times < 4; times++) await queue.recordEvent(pod, again(), never);
    start(queue);
    await waitFor('the first', async () => events.length === 1);
    expect(events).toMatchObject([{ message: 'm' }]);
    stop.abort();
    await running;
    expect(events.map(({ repeats }) => repeats)).toEqual([undefined, 3]);
  });

  it('of another pod, reason or message is a different one', async () => {
    const { events, send, report } = heard();
    const queue = eventQueue(send, report, limits);
    await queue.recordEvent(pod, again(), never);
    await queue.recordEvent({ ...pod, name: 'db-1' }, again(), never);
    await queue.recordEvent({ ...pod, uid: 'u2' }, again(), never);
    await queue.recordEvent(pod, again('other'), never);
    await queue.recordEvent(pod, { ...again(), reason: 'Other' }, never);
    start(queue);
    await waitFor('all', async () => events.length === 5);
  });

  it('is created again if the first one could not be written', async () => {
    const { events, send, report } = heard();
    let tries = 0;
    const sendOrFail = (subject: EventSubject, one: PodEvent): Promise<void> =>
      tries++ === 0 ? Promise.reject(new Error('away')) : send(subject, one);
    const queue = eventQueue(sendOrFail, report, limits);
    start(queue);
    await waitFor('the second try', async () => {
      await queue.recordEvent(pod, again(), never);
      return events.length > 0;
    });
    expect(events[0]?.repeats).toBeUndefined();
  });

  it('is remembered for a limited number of pods', async () => {
    const { events, send, report } = heard();
    const queue = eventQueue(send, report, { ...limits, burst: 5000, waiting: 5000 });
    const one = (number: number) => queue.recordEvent({ ...pod, name: `p${number}` }, again(), never);
    for (let number = 0; number < 1500; number++) await one(number);
    await one(1499); // Still remembered.
    await one(0); // Forgotten, so created again.
    start(queue);
    await waitFor('all', async () => events.length === 1501);
  });
});
