import { afterEach, describe, expect, it } from 'vitest';
import type { EventSubject, PodEvent } from '../../src/cluster/index.ts';
import { eventQueue } from '../../src/observe/index.ts';
import type { Step } from '../../src/report/index.ts';
import { waitFor } from '../support/wait-for.ts';

const pod = { namespace: 'shop', name: 'db-0' };
const event = (number: number, type: PodEvent['type'] = 'Normal'): PodEvent => ({ type, reason: `R${number}`, message: 'm' });
const never = new AbortController().signal;
let stop = new AbortController();
let running = Promise.resolve();
afterEach(async () => {
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
const limits = { burst: 100, perSecond: 1000, waiting: 1000 };

describe('events in the background', () => {
  it('are sent in order, and nobody waits for them', async () => {
    const { sent, send, report } = recorder();
    const queue = eventQueue(send, report, limits);
    for (let number = 0; number < 5; number++) await queue.recordEvent(pod, event(number), never);
    expect(sent).toEqual([]); // nobody sends yet
    start(queue);
    await waitFor('all', async () => sent.length === 5);
    expect(sent).toEqual(['R0', 'R1', 'R2', 'R3', 'R4']);
    await queue.recordEvent({ node: 'n' }, event(5), never);
    await waitFor('a later one', async () => sent.length === 6);
  });

  it('never more at once than the burst', async () => {
    const { sent, send, report } = recorder();
    const queue = eventQueue(send, report, { ...limits, burst: 3, perSecond: 0.001 });
    for (let number = 0; number < 10; number++) await queue.recordEvent(pod, event(number), never);
    start(queue);
    await waitFor('the burst', async () => sent.length >= 3);
    expect(sent).toHaveLength(3);
  });

  it('what waits is sent at the end', async () => {
    const { sent, send, report } = recorder();
    const queue = eventQueue(send, report, { ...limits, burst: 1, perSecond: 0.001 });
    for (let number = 0; number < 10; number++) await queue.recordEvent(pod, event(number), never);
    start(queue);
    await waitFor('the first', async () => sent.length === 1);
    stop.abort();
    await running;
    expect(sent).toHaveLength(10);
  });

  it('too many: the oldest Normal ones are left out, and that is said', async () => {
    const { sent, steps, send, report } = recorder();
    const queue = eventQueue(send, report, { ...limits, waiting: 2 });
    await queue.recordEvent(pod, event(0, 'Warning'), never);
    for (let number = 1; number < 4; number++) await queue.recordEvent(pod, event(number), never);
    start(queue);
    await waitFor('the rest', async () => sent.length === 2);
    expect(sent).toEqual(['R0', 'R3']);
    expect(steps).toMatchObject([
      { kind: 'warning', text: expect.stringContaining('R1 is left out') },
      { kind: 'warning', text: expect.stringContaining('R2 is left out') },
    ]);
  });

  it('one that cannot be sent is told, and the next one is sent', async () => {
    const { sent, steps, send, report } = recorder();
    const queue = eventQueue((subject, one) => (one.reason === 'R0' ? Promise.reject(new Error('no')) : send(subject, one)), report, limits);
    await queue.recordEvent(pod, event(0), never);
    await queue.recordEvent(pod, event(1), never);
    start(queue);
    await waitFor('the second', async () => sent.length === 1);
    expect(steps).toMatchObject([{ kind: 'warning', text: expect.stringContaining('event R0 of shop/db-0 was not written') }]);
  });
});
