import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a plugin does instead of its work: fail; work and then fail; hang; print garbage, before or after its work. */
export const pluginFaults = ['fails', 'fails-late', 'hangs', 'garbage', 'garbage-late'] as const;
export type PluginFault = (typeof pluginFaults)[number];

export interface ArmedFault {
  readonly containerId: string;
  readonly command: 'ADD' | 'DEL';
  readonly plugin: string;
  readonly fault: PluginFault;
  /** Number of affected plugin runs. */
  readonly times: number;
}
/** A folder with plugins that fail for selected sandboxes and otherwise run the real ones. */
export interface FaultyPlugins {
  readonly folder: string;
  readonly arm: (fault: ArmedFault) => Promise<void>;
  /** Cancels faults that have not occurred yet, for one sandbox or for all. */
  readonly disarm: (containerId?: string) => Promise<void>;
}

export async function faultyPlugins(dir: string, real: string, names: readonly string[]): Promise<FaultyPlugins> {
  const folder = join(dir, 'plugins');
  const armed = join(dir, 'armed');
  for (const each of [folder, armed]) await mkdir(each);
  for (const name of names) {
    await writeFile(join(folder, name), program(armed, join(real, name)));
    await chmod(join(folder, name), 0o755);
  }
  return {
    folder,
    arm: async ({ containerId, command, plugin, fault, times }) => {
      for (let time = 0; time < times; time++)
        await writeFile(join(armed, `${containerId}-${command}-${plugin}.${time}.${fault}`), '');
    },
    disarm: async (containerId) => {
      const names = (await readdir(armed)).filter(
        (name) => containerId === undefined || name.startsWith(`${containerId}-`),
      );
      for (const name of names) await rm(join(armed, name), { force: true });
    },
  };
}

// A shell starts faster than anything else. Each fault is a file, which the plugin run that finds it removes.
const program = (armed: string, real: string): string => `#!/bin/sh
for file in '${armed}'/"$CNI_CONTAINERID-$CNI_COMMAND-\${0##*/}".*; do
  [ -e "$file" ] || exec '${real}'
  rm -f "$file"
  break
done
error='{"cniVersion":"1.0.0","code":999,"msg":"the soak made this plugin fail"}'
case "$file" in
*.fails) echo "$error"; exit 1 ;;
*.fails-late) '${real}' >/dev/null; echo "$error"; exit 1 ;;
*.hangs) sleep 1000 & sleep 1000 ;;
*.garbage) echo 'panic: {{{'; [ "$CNI_COMMAND" = ADD ]; exit ;;
*.garbage-late) '${real}' >/dev/null; echo 'panic: {{{'; exit 2 ;;
esac
`;
