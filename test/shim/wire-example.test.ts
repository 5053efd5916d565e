import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { frameReader } from '../../src/host/wire.ts';
import { daemonFrame, decodeHello, encodeFrame, failReason, runBody, shimFrame } from '../support/link-codec.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/host-link.md'), 'utf8');
const words = (name: string): string => name.toLowerCase().replaceAll(/[ _]/g, '');

describe('docs/host-link.md', () => {
  it('has an example that decodes as HELLO', () => {
    const [, hex = ''] = /<!-- example: hello -->\s+```\n([0-9a-f\s]+)```/.exec(page) ?? [];
    const [frame, ...more] = frameReader().push(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));
    expect(more).toEqual([]);
    expect(frame).toMatchObject({ type: shimFrame.hello, id: 0 });
    expect(frame && decodeHello(frame)).toEqual({
      version: { major: 1, minor: 1 },
      role: 'call',
      program: '0.1.0',
      path: ['/opt/cni/x'],
    });
  });
  it('has an example that is a RUN that waits for another one', () => {
    const [, hex = ''] = /<!-- example: run -->\s+```\n([0-9a-f\s]+)```/.exec(page) ?? [];
    const body = runBody({ plugin: 'ptp', env: {}, stdin: '{}' }, 1);
    expect(hex.replaceAll(/\s/g, '')).toBe(encodeFrame(daemonFrame.run, 2, body).toString('hex'));
  });
  it('lists every message and reason with its number', () => {
    const listed = [...page.matchAll(/^\| (\d+) \| ([A-Z_]+) \|/gm)].map(
      ([, number, name = '']) => `${words(name)} ${number}`,
    );
    const known = Object.entries({ ...shimFrame, ...daemonFrame }).map(([name, number]) => `${words(name)} ${number}`);
    expect(listed.toSorted()).toEqual(known.toSorted());
    const reasons = [...page.matchAll(/^\| (\d+) ([a-z ]+) \|/gm)].map(
      ([, number, name = '']) => `${words(name)} ${number}`,
    );
    expect(reasons.toSorted()).toEqual(
      Object.entries(failReason)
        .map(([name, number]) => `${words(name)} ${number}`)
        .toSorted(),
    );
  });
});
