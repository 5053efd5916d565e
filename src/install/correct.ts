import { moveAside, nudge, putConfiguration, removeConfiguration, savedSuffix } from './conf-folder.ts';
import { type ConfEntry, type Correction, byBytes } from './standing.ts';

/** Our file as we wrote it, or found it to be correct. */
export interface Written {
  readonly name: string;
  readonly text: string;
}
export interface CorrectOptions {
  readonly folder: string;
  readonly text: string;
  /** Whether files of other programs may be changed. */
  readonly mayMove: boolean;
}

/**
 * Makes our configuration the first. Writes ours before moving another aside, so that the runtime always has a
 * configuration. Returns the actions, one line each. Rejects with folderNotWritable, fileUnusable.
 */
export async function carryOut(
  correction: Correction,
  { folder, text, mayMove }: CorrectOptions,
): Promise<readonly string[]> {
  const { name, write, remove } = correction;
  const done: string[] = [];
  if (write && correction.moveAside.includes(name)) {
    await moveAside(folder, name, 'copy');
    done.push(`saved the former ${name} as ${name}${savedSuffix}`);
  }
  if (write) {
    await putConfiguration(folder, name, text);
    done.push(`wrote ${name}`);
  }
  for (const each of mayMove ? correction.moveAside.filter((other) => other !== name) : []) {
    await moveAside(folder, each);
    done.push(`moved ${each} aside, to ${each}${savedSuffix}`);
  }
  for (const each of remove) {
    await removeConfiguration(folder, each);
    done.push(`removed ${each}, which ${name} replaces`);
  }
  if (done.length > (write ? 1 : 0)) await nudge(folder, text);
  return done;
}

/** Describes what another program did to our file; undefined if nothing happened. `names`: all files in the folder. */
export function displacement(
  written: Written | undefined,
  entries: readonly ConfEntry[],
  names: readonly string[],
): string | undefined {
  if (written === undefined) return undefined;
  const ours = entries.find(({ name }) => name === written.name);
  // The file may disappear while it is read.
  if (ours === undefined || !names.includes(written.name)) return whereItWent(written.name, names);
  if (ours.text !== written.text) return 'it was changed';
  const before = entries.map(({ name }) => name).filter((name) => byBytes(name, written.name) < 0);
  return before.length === 0 ? undefined : `${before.toSorted(byBytes)[0]} sorts before it`;
}

// For example, Cilium's exclusive mode renames files to *.cilium_bak.
function whereItWent(name: string, names: readonly string[]): string {
  const renamed = names.find((each) => each.startsWith(`${name}.`) && !each.endsWith(savedSuffix));
  return renamed === undefined ? 'it was removed' : `it was renamed to ${renamed}`;
}
