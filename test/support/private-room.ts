import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Process and mount namespaces of their own, in which folders with fixed places are empty and ours. All that runs or
 * is mounted in there ends with the room, and the room ends with the test that made it, even if that is killed.
 */
export interface PrivateRoom {
  /** The command that runs a command inside, in a network namespace. */
  readonly inside: (command: readonly string[], netns: string) => readonly [string, ...string[]];
  readonly close: () => Promise<void>;
}

/**
 * Makes a room. `folders` are absolute; they need not exist outside, their parents do. `dir` holds what the room needs.
 */
export async function openPrivateRoom(dir: string, folders: readonly string[]): Promise<PrivateRoom> {
  await mkdir(join(dir, 'outside'));
  const own = ['--mount', '--propagation', 'slave', '--pid', '--fork', '--kill-child'];
  const child = spawn('unshare', [...own, 'sh', '-c', script, 'sh', join(dir, 'outside'), ...folders], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const gone = once(child, 'close');
  const pid = await firstPid(child);
  return {
    inside: (command, netns) => ['nsenter', '--target', pid, '--mount', '--pid', `--net=${netns}`, '--', ...command],
    close: async () => {
      child.stdin?.end();
      await gone;
    },
  };
}

// The parent of each folder becomes an empty one with links to all that is outside, so that nothing is created there.
// Mounts made outside later on (network namespaces are such) are seen inside, but not the other way round.
const script = `set -e
read pid rest </proc/self/stat
mount -t proc proc /proc
outside=$1
shift
mount -t tmpfs none "$outside"
for folder; do
  parent=\${folder%/*}
  copy=$outside/$(echo "$parent" | tr / _)
  mkdir "$copy"
  mount --rbind "$parent" "$copy"
  mount -t tmpfs none "$parent"
  for entry in "$copy"/* "$copy"/.[!.]*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then ln -s "$entry" "$parent/"; fi
  done
  rm -f "$parent/\${folder##*/}"
  mkdir "$folder"
done
echo "$pid"
read -r end || :`;

/** The room's first process as seen from outside; rejects with what the kernel or the tools say against it. */
async function firstPid(child: ChildProcess): Promise<string> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const printed = child.stdout === null ? Promise.reject(new Error('no stdout')) : once(child.stdout, 'data');
  await Promise.race([printed, once(child, 'close')]);
  const pid = /^\d+$/m.exec(stdout)?.[0];
  if (pid === undefined) throw new Error(`no namespaces of our own: ${stderr.trim()}`);
  return pid;
}
