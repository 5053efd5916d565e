import type { PodRef } from '../npwg/index.ts';

// Kubelet's answer about all pods of a node contains every container of every pod, whether it has devices or not. Any
// author of pods determines their number, and a decoded container takes many times its bytes. So what no caller needs
// is removed from the bytes (protobuf) before they are decoded.

/** Field numbers of kubelet's messages (podresources/v1). Both answers contain pods in field 1. */
const podInAnswer = 1;
const podFields = { name: 1, namespace: 2, container: 3 } as const;
const containerFields = { devices: 2, dynamicResources: 5 } as const;

const lengthDelimited = 2;

/** Called with each field: its number, where it begins, where its content begins, and where it ends. */
type Visit = (field: number, start: number, content: number, end: number) => void;

/** Removes other pods, containers without devices, and pods without other containers. Throws for malformed bytes. */
export function relevantBytes(answer: Buffer, isWanted: (pod: PodRef) => boolean): Buffer {
  const kept: Buffer[] = [];
  eachField(answer, (field, start, content, end) => {
    if (field !== podInAnswer) return;
    const pod = relevantPod(answer.subarray(content, end), isWanted);
    if (pod !== undefined) kept.push(answer.subarray(start, start + 1), varint(pod.length), pod);
  });
  return Buffer.concat(kept);
}

function relevantPod(pod: Buffer, isWanted: (pod: PodRef) => boolean): Buffer | undefined {
  const ref = { name: '', namespace: '' };
  const kept: Buffer[] = [];
  let hasDevices = false;
  eachField(pod, (field, _start, content, end) => {
    if (field === podFields.name) ref.name = pod.toString('utf8', content, end);
    if (field === podFields.namespace) ref.namespace = pod.toString('utf8', content, end);
  });
  if (!isWanted(ref)) return undefined;
  eachField(pod, (field, start, content, end) => {
    const isIdle = field === podFields.container && !usesDevices(pod.subarray(content, end));
    if (isIdle) return;
    hasDevices ||= field === podFields.container;
    kept.push(pod.subarray(start, end));
  });
  return hasDevices ? Buffer.concat(kept) : undefined;
}

function usesDevices(container: Buffer): boolean {
  let uses = false;
  eachField(container, (field) => {
    uses ||= field === containerFields.devices || field === containerFields.dynamicResources;
  });
  return uses;
}

const malformed = (): Error => new Error('the answer is not a protobuf message');
/** The length of fields of other wire types: 64 and 32 bits. */
const fixedBytes: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function eachField(message: Buffer, visit: Visit): void {
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let scale = 1; at < message.length && scale <= 2 ** 63; scale *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw malformed();
  };
  while (at < message.length) {
    const start = at;
    const tag = read();
    const type = tag % 8;
    const varintOrLength = type === 0 || type === lengthDelimited ? read() : 0;
    const length = type === lengthDelimited ? varintOrLength : type === 0 ? 0 : fixedBytes[type];
    if (length === undefined || length > message.length - at) throw malformed();
    const content = at;
    at += length;
    visit(Math.floor(tag / 8), start, content, at);
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
