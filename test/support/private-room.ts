import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Separate process and mount namespaces in which folders with fixed paths are empty and writable. Every process and
 * mount in them ends with the room, and the room ends with its test, even if that is killed.
 */
export interface PrivateRoom {
  /** Wraps a command so that it runs inside, in a network namespace. */
  readonly inside: (command: readonly string[], netns: string) => readonly [string, ...string[]];
  readonly close: () => Promise<void>;
}

/**
 * Creates a room. `folders` are absolute; only their parents must exist outside. `dir` contains what the room needs.
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

// The parent of each folder is replaced by an empty one with links to everything outside, so that nothing is created
// there. Mounts made outside later (such as network namespaces) are visible inside, but not the other way round.
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

/** The room's first process as seen from outside; rejects with the message of the kernel or the tools. */
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
