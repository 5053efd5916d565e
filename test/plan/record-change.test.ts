import { array, assert, constantFrom, property, record as object, subarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Attachment,
  type AttachmentRecord,
  type SandboxChange,
  type SandboxRecord,
  begunRecord,
  decodeRecord,
  encodeRecord,
  intendedEntry,
  obstacleTo,
  orderOf,
  recoveryOf,
} from '../../src/plan/index.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { failure } from './planned.ts';

function attachmentOf(interfaceName: string, network: string, device?: string): Attachment {
  const [sample] = sampleRecord().attachments;
  if (sample === undefined) throw new Error('the sample has no attachment');
  return { ...sample.attachment, interfaceName, network, ...(device !== undefined && { device: { id: device } }) };
}
const attached = (interfaceName: string, network: string, device?: string): AttachmentRecord => ({
  state: 'attached',
  attachment: attachmentOf(interfaceName, network, device),
  result: { cniVersion: '1.0.0' },
});
const live = (...attachments: readonly AttachmentRecord[]): SandboxRecord =>
  sampleRecord({ complete: true, attachments });
const shown = (entries: readonly AttachmentRecord[]): readonly string[] =>
  entries.map(({ state, attachment: { interfaceName, network } }) => `${interfaceName} ${network} ${state}`);
const names = (attachments: readonly Attachment[]): readonly string[] =>
  attachments.map(({ interfaceName, network }) => `${interfaceName} ${network}`);
const at = '2026-02-02T03:04:05.000Z';

describe('the order of a change', () => {
  it('detaches first what has the name or the device of a new attachment', () => {
    const [one, two, three] = [attached('net1', 'a'), attached('net2', 'b', 'vf1'), attached('net3', 'c')];
    const change = { attach: [attachmentOf('net1', 'd'), attachmentOf('net4', 'e', 'vf1')], detach: [one, two, three] };
    const order = orderOf(change);
    expect([shown(order.detachFirst), names(order.attach), shown(order.detachLast)]).toEqual([
      ['net1 a attached', 'net2 b attached'],
      ['net1 d', 'net4 e'],
      ['net3 c attached'],
    ]);
  });

  it('attaches what is restored before what is new', () => {
    const change = { attach: [attachmentOf('net1', 'a')], detach: [], restore: [attachmentOf('net2', 'b')] };
    expect(names(orderOf(change).attach)).toEqual(['net2 b', 'net1 a']);
  });
});

describe('the record at the start of a change', () => {
  it('contains the old network, then the new one with the old one as its fallback, and the time of the change', () => {
    const old = attached('net1', 'a');
    const change = { attach: [attachmentOf('net1', 'b'), attachmentOf('net3', 'c')], detach: [old] };
    const begun = begunRecord(live(attached('eth0', 'own'), old, attached('net2', 'x')), change, at);
    expect(shown(begun.attachments)).toEqual([
      'eth0 own attached',
      'net1 a detaching',
      'net1 b intended',
      'net2 x attached',
      'net3 c intended',
    ]);
    expect(begun).toMatchObject({ complete: true, changedAt: at });
    expect(begun.attachments[1]).toMatchObject({ attempts: 0, result: { cniVersion: '1.0.0' } });
    expect(begun.attachments[2]).toEqual(intendedEntry(attachmentOf('net1', 'b'), old.attachment));
    expect(begun.attachments[4]).toEqual(intendedEntry(attachmentOf('net3', 'c')));
  });

  it('is unchanged for an ADD', () => {
    const record = sampleRecord();
    const attach = record.attachments.map(({ attachment }) => attachment);
    expect(begunRecord(record, { attach, detach: [] }, at)).toEqual(record);
  });

  it('can be read again, with its fallback', () => {
    const old = attached('net1', 'a');
    const begun = begunRecord(live(old), { attach: [attachmentOf('net1', 'b')], detach: [old] }, at);
    expect(decodeRecord(encodeRecord(begun), 'x.json')).toEqual(begun);
    const [one, two] = begun.attachments;
    const damaged = { ...begun, attachments: [one, { ...two, fallback: { interfaceName: 'net1' } }] };
    expect(() => decodeRecord(encodeRecord(damaged as unknown as SandboxRecord), 'x.json')).toThrow(
      failure('PLX-RECORD-DAMAGED', /attachments/),
    );
  });
});

describe('the recovery of an interrupted change', () => {
  it('is empty if every attachment is attached or abandoned', () => {
    const abandoned = { attempts: 5, lastError: 'busy', abandonedAt: at };
    const { attachment } = attached('net1', 'a');
    expect(recoveryOf(live(attached('eth0', 'own'), { state: 'detaching', attachment, ...abandoned }))).toBeUndefined();
  });

  it('restores an attachment once, however often it is a fallback', () => {
    const old = attachmentOf('net1', 'a');
    const record = live(intendedEntry(attachmentOf('net1', 'b'), old), intendedEntry(old, old));
    const recovery = recoveryOf(record);
    expect([shown(recovery?.detach ?? []), names(recovery?.restore ?? [])]).toEqual([
      ['net1 b intended', 'net1 a intended'],
      ['net1 a'],
    ]);
  });

  it('changes exactly what the change touched, and restores exactly what it replaced', () => {
    const interfaces = ['net1', 'net2', 'net3', 'net4'];
    const cases = object({
      before: subarray(interfaces),
      detach: subarray(interfaces),
      attach: subarray(interfaces),
      networks: array(constantFrom('x', 'y'), { minLength: 4, maxLength: 4 }),
    });
    assert(
      property(cases, ({ before, detach, attach, networks }) => {
        const record = live(attached('eth0', 'own'), ...before.map((each) => attached(each, 'old')));
        const change: SandboxChange = {
          // a name that stays taken is rejected when the change is carried out
          attach: attach
            .filter((each) => !before.includes(each) || detach.includes(each))
            .map((each, index) => attachmentOf(each, networks[index] ?? 'x')),
          detach: record.attachments.filter(({ attachment }) => detach.includes(attachment.interfaceName)),
        };
        const begun = decodeRecord(encodeRecord(begunRecord(record, change, at)), 'x.json');
        const { detach: undone = [], restore = [] } = recoveryOf(begun) ?? {};
        const touched = [...change.detach.map(({ attachment }) => attachment), ...change.attach];
        expect(names(undone.map(({ attachment }) => attachment)).toSorted()).toEqual(names(touched).toSorted());
        const replaced = change.detach.filter(({ attachment: { interfaceName } }) =>
          change.attach.some((each) => each.interfaceName === interfaceName),
        );
        expect(names(restore)).toEqual(names(replaced.map(({ attachment }) => attachment)));
      }),
    );
  });
});

describe('the obstacle to an attachment', () => {
  const device = 'vf1';
  it.each([
    { title: 'is the entry with its interface name', entry: attached('net1', 'a'), isObstacle: true },
    { title: 'does not exist if the names differ', entry: attached('net2', 'a'), isObstacle: false },
    {
      title: 'does not exist if another entry shares its device',
      entry: attached('net2', 'a', device),
      isObstacle: false,
    },
    {
      title: 'is the entry that has its device and cannot be detached',
      entry: {
        state: 'detaching',
        attachment: attachmentOf('net2', 'a', device),
        attempts: 1,
        lastError: 'busy',
      } as const,
      isObstacle: true,
    },
  ])('$title', ({ entry, isObstacle }) => {
    const attachment = attachmentOf('net1', 'b', device);
    expect(obstacleTo(attachment, live(entry, intendedEntry(attachment)))).toBe(isObstacle ? entry : undefined);
  });
});
