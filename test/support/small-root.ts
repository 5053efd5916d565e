import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a process in a small root can access. */
export interface SmallRoot {
  /** Files and folders. */
  readonly visible: readonly string[];
  /** Folders. */
  readonly writable: readonly string[];
}

/**
 * Returns a command prefix that runs a command in a read-only root file system with only the system's libraries and the
 * named files, without capabilities or any way to gain them. The command keeps its user, root, and its process ID. The
 * root ends with the command.
 */
export async function inSmallRoot(dir: string, { visible, writable }: SmallRoot): Promise<readonly string[]> {
  const root = join(dir, 'small-root');
  await mkdir(root);
  const libraries = ['/usr/lib', '/lib', '/lib64'];
  const tools = ['/usr/bin/setpriv', '/usr/bin/umount', '/usr/bin/mount']; // The last steps run inside.
  const seen = [...libraries, ...tools, '/proc', '/dev/null', '/dev/urandom', dirname(process.execPath), ...visible];
  const less = ['--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all', '--no-new-privs'];
  return [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    script,
    'sh',
    root,
    seen.join(' '),
    writable.join(' '),
    'setpriv',
    ...less,
  ];
}

const script = `set -e
root=$1 seen=$2 writable=$3
shift 3
mount -t tmpfs -o mode=755 none "$root"
bind() {
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root$(dirname "$1")"; : >"$root$1"; fi
  mount --rbind "$1" "$root$1"
}
for each in $seen; do
  [ -e "$each" ] || continue
  bind "$each"
  mount -o remount,bind,ro "$root$each"
done
for each in $writable; do bind "$each"; done
cd "$root"
mkdir outside
pivot_root . outside
cd /
/usr/bin/umount -l /outside
/usr/bin/mount -o remount,ro /
export PATH=/usr/bin
exec "$@"`;
