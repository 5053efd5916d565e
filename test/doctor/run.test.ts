import net from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Check, blinded, boundTo, clusterChecks, nodeChecks, runChecks, unknown } from '../../src/doctor/index.ts';
import { settingsInvalid } from '../../src/errors/index.ts';
import { type DoctorRoom, openDoctorRoom } from '../support/doctor-room.ts';

const deadlines = { checkMs: 200, graceMs: 100 };
const check = (name: string, look: Check<object>['look']): Check<object> => ({
  id: `PLX-D-${name}`,
  good: `${name} is good`,
  finds: '',
  fix: `mend ${name}`,
  place: () => `at ${name}`,
  look,
});
const run = (...checks: Check<object>[]) => runChecks(boundTo({}, checks), deadlines);

describe('runChecks', () => {
  it('reports passed checks and findings, each with its place and fix', async () => {
    const found = await run(
      check('A', async () => []),
      check('B', async () => [
        { severity: 'error', what: 'broken', evidence: ['e'] },
        { severity: 'note', what: 'odd', where: 'there', fix: 'leave it' },
      ]),
    );
    expect(found).toEqual([
      { id: 'PLX-D-A', severity: 'ok', what: 'A is good', where: 'at A', fix: '', evidence: [] },
      { id: 'PLX-D-B', severity: 'error', what: 'broken', where: 'at B', fix: 'mend B', evidence: ['e'] },
      { id: 'PLX-D-B', severity: 'note', what: 'odd', where: 'there', fix: 'leave it', evidence: [] },
    ]);
  });

  it('reports a check that hangs and ignores its signal as unknown, without blocking the others', async () => {
    const [hanging, good] = await run(
      check('A', () => new Promise(() => {})),
      check('B', async () => []),
    );
    expect(hanging).toMatchObject({
      severity: 'unknown',
      what: 'not checked: no answer within 0.2 s',
      where: 'at A',
    });
    expect(good).toMatchObject({ severity: 'ok' });
  });

  it('reports the findings of a check that ends on its signal', async () => {
    const waits = check('A', async (_, signal) => {
      await once(signal, 'abort');
      return [{ severity: 'warning', what: 'slow' }];
    });
    expect(await run(waits)).toMatchObject([{ severity: 'warning', what: 'slow' }]);
  });

  it.each([
    {
      title: 'an error of the catalogue',
      thrown: settingsInvalid({ path: ['x'], problem: 'y' }),
      what: /x.*y/,
      evidence: ['PLX-SETTINGS-INVALID'],
    },
    {
      title: 'any other error',
      thrown: new Error('EACCES: permission denied'),
      what: /^not checked: EACCES/,
      evidence: [],
    },
  ])('reports a check that throws $title as unknown', async ({ thrown, what, evidence }) => {
    const [found] = await run(check('A', () => Promise.reject(thrown)));
    expect(found).toMatchObject({ severity: 'unknown', what: expect.stringMatching(what) as string, evidence });
  });

  it('reports checks that cannot be performed as unknown, with the reason', async () => {
    const found = await runChecks(
      blinded([check('A', async () => [])], 'the cluster', 'there is no kubeconfig'),
      deadlines,
    );
    expect(found).toMatchObject([
      {
        severity: 'unknown',
        what: 'not checked: there is no kubeconfig',
        why: 'there is no kubeconfig',
        where: 'the cluster',
      },
    ]);
    expect(unknown('no').severity).toBe('unknown');
  });

  it('is given checks with unique identifiers, each with descriptions and a fix', () => {
    const all = [...nodeChecks, ...clusterChecks];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { id, good, finds, fix } of all) {
      expect(id).toMatch(/^PLX-D-[A-Z-]+$/);
      for (const text of [good, finds, fix]) expect(text.length, id).toBeGreaterThan(10);
    }
  });
});

describe('a daemon that accepts connections and never answers', () => {
  let room: DoctorRoom;
  let server: net.Server;
  const connections: net.Socket[] = [];
  beforeAll(async () => {
    room = await openDoctorRoom();
    server = net.createServer((connection) => connections.push(connection)).listen(join(room.dir, 'plexus.sock'));
    await once(server, 'listening');
  });
  afterAll(async () => {
    for (const connection of connections) connection.destroy();
    server.close();
    await room.remove();
  });

  it('is reported at the deadline, with the results of all other checks', async () => {
    const found = await runChecks(boundTo(room.scene(), nodeChecks), { checkMs: 1000, graceMs: 5000 });
    const daemon = found.filter(({ id }) => id === 'PLX-D-DAEMON');
    expect(daemon).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        what: 'a process accepts the connection but does not answer in time',
      }),
    );
    expect(found.find(({ id }) => id === 'PLX-D-SHIM')).toMatchObject({ severity: 'unknown' });
    expect(found.find(({ id }) => id === 'PLX-D-CONFIGURATION-FIRST')).toMatchObject({
      severity: 'ok',
      where: room.confDir,
    });
    expect(new Set(found.map(({ id }) => id)).size).toBe(nodeChecks.length);
  });
});
