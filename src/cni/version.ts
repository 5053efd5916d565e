/** The versions of the CNI specification, oldest first (CNI-13). */
export const cniVersions = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;
export type CniVersion = (typeof cniVersions)[number];

/** The version of a configuration without cniVersion (CNI-14). */
export const absentVersion: CniVersion = '0.1.0';

export const isCniVersion = (text: unknown): text is CniVersion => (cniVersions as readonly unknown[]).includes(text);

/** Compares versions for sorting: negative, zero or positive. */
export const compareVersions = (a: CniVersion, b: CniVersion): number =>
  cniVersions.indexOf(a) - cniVersions.indexOf(b);

const since: Readonly<Record<string, CniVersion>> = { CHECK: '0.4.0', STATUS: '1.1.0', GC: '1.1.0' };

/** Whether a version of the specification defines a command (CNI-16). */
export const allows = (version: CniVersion, command: string): boolean =>
  compareVersions(version, since[command] ?? '0.1.0') >= 0;
