/** The processors of the image, by Node.js's name: the names that OCI, Debian, Bun and the ELF header use. */
export const platforms = {
  x64: { oci: 'amd64', debian: 'amd64', triplet: 'x86_64-linux-gnu', bun: 'x64' },
  arm64: { oci: 'arm64', debian: 'arm64', triplet: 'aarch64-linux-gnu', bun: 'aarch64' },
} as const;

export type Arch = keyof typeof platforms;
export const architectures = Object.keys(platforms) as readonly Arch[];

/** The processor of this machine. Throws if there is no image for it. */
export function ownArch(): Arch {
  const own = architectures.find((arch) => arch === process.arch);
  if (own === undefined) throw new Error(`no image for ${process.arch}: build on ${architectures.join(' or ')}`);
  return own;
}
