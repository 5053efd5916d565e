import { open } from 'node:fs/promises';

const elfMachines: Readonly<Record<number, string>> = { 0x3e: 'amd64', 0xb7: 'arm64' };
const machMachines: Readonly<Record<number, string>> = { 0x01000007: 'amd64', 0x0100000c: 'arm64' };

/** The platform that an executable is built for, as the names of the artefacts have it, from its header. */
export async function executableFor(file: string): Promise<string> {
  const header = Buffer.alloc(20);
  await using handle = await open(file);
  await handle.read(header, 0, header.length, 0);
  if (header.readUInt32BE(0) === 0x7f454c46) return `linux-${elfMachines[header.readUInt16LE(18)] ?? 'other'}`;
  if (header.readUInt32LE(0) === 0xfeedfacf) return `darwin-${machMachines[header.readUInt32LE(4)] ?? 'other'}`;
  return 'no executable';
}
