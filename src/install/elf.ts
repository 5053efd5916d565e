/** Maps e_machine of the ELF header to process.arch. */
const machines: Readonly<Record<number, string>> = {
  0x03: 'ia32',
  0x28: 'arm',
  0x3e: 'x64',
  0xb7: 'arm64',
  0xf3: 'riscv64',
  0x15: 'ppc64',
  0x16: 's390x',
};

const headerBytes = 20;
const [executable, shared] = [2, 3]; // A position-independent executable has the type of a shared object.

/** Why a file cannot be executed on a machine with that process.arch; undefined if it can. */
export function elfProblem(content: Buffer, arch: string): string | undefined {
  if (content.length === 0) return 'it is empty';
  if (content.length < headerBytes || content.readUInt32BE(0) !== 0x7f454c46)
    return 'it is not a native executable (ELF)';
  const isLittleEndian = content[5] !== 2;
  const read = (offset: number): number =>
    isLittleEndian ? content.readUInt16LE(offset) : content.readUInt16BE(offset);
  const [kind, machine] = [read(16), read(18)];
  if (kind !== executable && kind !== shared) return `it is an ELF file of type ${kind}, not an executable`;
  const made = machines[machine] ?? `machine ${machine}`;
  return made === arch ? undefined : `it is built for ${made}, but this machine is ${arch}`;
}
