import {
  array,
  assert,
  boolean,
  constantFrom,
  integer,
  jsonValue,
  letrec,
  nat,
  option,
  property,
  record as object,
  string as text,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/cni/index.ts';
import { PlexusError } from '../../src/errors/index.ts';
import {
  type SandboxRecord,
  decodeRecord,
  encodeRecord,
  makePlan,
  newRecord,
  withAttachment,
} from '../../src/plan/index.ts';
import { failure, inputsFor } from './planned.ts';

const inputs = inputsFor({
  networks: [{ name: 'able', mac: '02:00:00:00:00:01', 'default-route': ['10.0.0.1'] }, { name: 'a' }],
});
const planned = newRecord(
  makePlan(inputs),
  inputs.call,
  { namespace: 'shop', name: 'db-0', uid: 'u1' },
  '2026-01-02T03:04:05.000Z',
);
const [, second, third] = planned.attachments;
const attachedRecord = (): SandboxRecord => {
  if (second === undefined || third === undefined) throw new Error('the plan has three attachments');
  const result = parseJson('{"cniVersion":"1.0.0","big":12345678901234567890}', 'test') as { cniVersion: string };
  const once = withAttachment(planned, 1, { state: 'attached', attachment: second.attachment, result });
  return withAttachment(once, 2, { state: 'detaching', attachment: third.attachment, attempts: 3, lastError: 'ü' });
};
const good = encodeRecord(attachedRecord());

describe('a new record', () => {
  it('contains the intended attachments, their pod, and nothing more', () => {
    expect({ ...planned, attachments: planned.attachments.map(({ state }) => state) }).toMatchInlineSnapshot(`
      {
        "attachments": [
          "intended",
          "intended",
          "intended",
        ],
        "cniVersion": "1.0.0",
        "complete": false,
        "containerId": "c1",
        "createdAt": "2026-01-02T03:04:05.000Z",
        "formatVersion": 1,
        "ifName": "eth0",
        "netns": "/run/netns/x",
        "networkName": "plexus",
        "pod": {
          "name": "db-0",
          "namespace": "shop",
          "uid": "u1",
        },
      }
    `);
  });

  it('names no pod for a container that is not a pod', () => {
    expect(newRecord(makePlan(inputs), inputs.call, undefined, 'now')).not.toHaveProperty('pod');
  });

  it('marks a static pod (K8S-13)', () => {
    expect(newRecord(makePlan(inputs), inputs.call, { namespace: 'a', name: 'b', isStatic: true }, 'now').pod).toEqual({
      namespace: 'a',
      name: 'b',
      isStatic: true,
    });
  });

  it('is not changed by withAttachment, which returns a copy', () => {
    expect(attachedRecord().attachments.map(({ state }) => state)).toEqual(['intended', 'attached', 'detaching']);
    expect(planned.attachments.map(({ state }) => state)).toEqual(['intended', 'intended', 'intended']);
  });
});

describe('CNI-72: an encoded record', () => {
  it.each([
    { record: planned },
    { record: attachedRecord() },
    { record: { ...planned, complete: true, pendingStatus: { text: '[]' } } },
  ])('decodes to the same record (row %#)', ({ record }) => {
    expect(decodeRecord(encodeRecord(record), 'x.json')).toEqual(record);
  });

  it('is one line of JSON with big numbers unchanged', () => {
    expect(JSON.parse(good)).toMatchObject({
      formatVersion: 1,
      containerId: 'c1',
      checksum: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
    });
    expect(good).toContain('"big":12345678901234567890');
    expect(good.match(/\n/g)).toHaveLength(1);
    expect(good.endsWith('"}\n')).toBe(true);
  });

  it('decodes to the same record for any texts in it', () => {
    const some = object({
      containerId: text(),
      ifName: text(),
      netns: text(),
      networkName: text(),
      createdAt: text(),
      complete: boolean(),
      pendingStatus: object({ text: text({ unit: 'binary' }) }),
    });
    assert(
      property(some, (change) => {
        expect(decodeRecord(encodeRecord({ ...planned, ...change }), 'x.json')).toEqual({ ...planned, ...change });
      }),
    );
  });
});

describe('a damaged record', () => {
  const isRefused = (bytes: string): boolean => {
    try {
      decodeRecord(bytes, 'x.json');
      return false;
    } catch (error) {
      return error instanceof PlexusError && error.id === 'PLX-RECORD-DAMAGED';
    }
  };

  it('is rejected if it is truncated anywhere', () => {
    expect(
      Array.from({ length: good.length }, (_, length) => length).filter((length) => !isRefused(good.slice(0, length))),
    ).toEqual([]);
  });

  it('is rejected if any character is changed', () => {
    const changed = (index: number): string =>
      `${good.slice(0, index)}${good[index] === '0' ? '1' : '0'}${good.slice(index + 1)}`;
    expect(
      Array.from({ length: good.length }, (_, index) => index).filter((index) => !isRefused(changed(index))),
    ).toEqual([]);
  });

  it('is rejected if any bit is flipped', () => {
    assert(
      property(nat(Buffer.byteLength(good) - 1), integer({ min: 0, max: 7 }), (index, bit) => {
        const bytes = Buffer.from(good);
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        return isRefused(bytes.toString('utf8'));
      }),
    );
  });

  it.each([
    { what: 'empty', bytes: '' },
    { what: 'zeros', bytes: '\0'.repeat(100) },
    { what: 'two halves', bytes: good.slice(0, 500) + good.slice(700) },
    { what: 'twice', bytes: good + good },
    { what: 'JSON of another program', bytes: '{"containerId":"c1"}\n' },
  ])('is rejected if it is $what', ({ bytes }) => {
    expect(() => decodeRecord(bytes, 'x.json')).toThrow(failure('PLX-RECORD-DAMAGED', /checksum is missing or wrong/));
  });

  // with a valid checksum, so that only the rules can reject it
  const sealed = (value: unknown): string => encodeRecord(value as SandboxRecord);

  it.each([
    { change: { formatVersion: 0 }, says: /x\.json.*formatVersion is missing or has the wrong type/ },
    { change: { formatVersion: 1.5 }, says: /formatVersion is missing or has the wrong type/ },
    { change: { formatVersion: '1' }, says: /formatVersion is missing or has the wrong type/ },
    { change: { containerId: 5 }, says: /containerId/ },
    { change: { cniVersion: '7' }, says: /cniVersion/ },
    { change: { complete: 'yes' }, says: /complete/ },
    { change: { attachments: {} }, says: /attachments/ },
    { change: { attachments: [{ state: 'intended' }] }, says: /attachments/ },
    { change: { attachments: [{ ...second, state: 'attached' }] }, says: /attachments/ },
    { change: { attachments: [{ ...second, state: 'other' }] }, says: /attachments/ },
    { change: { attachments: [{ ...second, state: 'detaching' }] }, says: /attachments/ },
    {
      change: { attachments: [{ ...second, attachment: { ...second?.attachment, defaultRoute: {} } }] },
      says: /attachments/,
    },
    {
      change: {
        attachments: [
          {
            ...second,
            attachment: { ...second?.attachment, configuration: { name: 'x', cniVersion: '1.0.0', plugins: [{}] } },
          },
        ],
      },
      says: /attachments/,
    },
    { change: { pod: { name: 5 } }, says: /pod/ },
    { change: { pendingStatus: 'x' }, says: /pendingStatus/ },
  ])('is rejected with $change', ({ change, says }) => {
    expect(() => decodeRecord(sealed({ ...planned, ...change }), 'x.json')).toThrow(
      failure('PLX-RECORD-DAMAGED', says),
    );
  });

  it('is distinguished from a record of a newer version', () => {
    expect(() => decodeRecord(sealed({ formatVersion: 2, other: [] }), 'x.json')).toThrow(
      failure('PLX-RECORD-NEWER', /x\.json has format 2/),
    );
    expect(() => decodeRecord(sealed(planned).replace('"formatVersion":1', '"formatVersion":2'), 'x.json')).toThrow(
      failure('PLX-RECORD-DAMAGED', /checksum/),
    );
  });

  it('throws recordDamaged for any text and any JSON with a valid checksum, unless it is a record', () => {
    const outcome = (bytes: string): boolean => {
      try {
        return decodeRecord(bytes, 'x.json').formatVersion === 1;
      } catch (error) {
        return error instanceof PlexusError && ['PLX-RECORD-DAMAGED', 'PLX-RECORD-NEWER'].includes(error.id);
      }
    };
    assert(property(text({ unit: 'binary', maxLength: 2000 }), outcome));
    assert(property(jsonValue(), (value) => outcome(sealed(value))));
    const { entry } = letrec(() => ({
      entry: object({
        state: constantFrom('intended', 'attached', 'detaching'),
        attachment: option(jsonValue()),
        result: option(jsonValue()),
        attempts: option(nat()),
        lastError: option(text()),
      }),
    }));
    assert(property(array(entry), (attachments) => outcome(sealed({ ...planned, attachments }))));
  });
});
