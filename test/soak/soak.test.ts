import { expect, it } from 'vitest';
import { plot } from './plot.ts';
import { soak } from './soak.ts';
import { summary } from './summary.ts';

/** Every element is closed in order, and nothing is outside the root element. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  const tag = /<(\/?)([a-zA-Z]+)((?:\s[\w:-]+="[^"<>]*")*)\s*(\/?)>/g;
  for (const [, closing, name = '', , empty] of xml.matchAll(tag)) {
    if (closing === '/') expect(name).toBe(open.pop());
    else if (empty !== '/') open.push(name);
  }
  expect(open).toEqual([]);
  expect(xml.replaceAll(tag, '')).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
  expect(xml).toMatch(/^<svg [^>]*>[^]*<\/svg>\n$/);
}

it('the short soak leaves nothing behind, grows nothing, and reports it', { timeout: 300_000 }, async () => {
  const report = await soak({
    cycles: 60,
    atOnce: 10,
    seed: 4,
    deadlines: { addSeconds: 6, delSeconds: 20, pluginSeconds: 3 },
  });
  expect(report.problems).toEqual([]);
  expect(report.samples.map(({ cycle }) => cycle)).toEqual([10, 20, 30, 40, 50, 60]);
  expect(report.calls.of('ADD ok')).toBe(60);
  expect(report.faults.of('the daemon is killed')).toBeGreaterThan(0);
  expect(report.faults.of('the program on the host is killed in ADD')).toBeGreaterThan(0);
  const text = summary(report);
  for (const row of [
    '60 cycles of 60',
    'ADD ok',
    'DEL tries',
    'daemon, resident',
    'address leases',
    'Nothing is left: passed.',
  ])
    expect(text).toContain(row);
  const picture = plot(report.samples, 'a & b');
  expectWellFormed(picture);
  for (const title of ['Memory', 'Open file descriptors', 'state files', 'packet filter rules'])
    expect(picture).toContain(title);
});
