import { closeSync, readFileSync, readdirSync } from 'node:fs';

const closeOnExec = 0o2000000;

/**
 * Closes the descriptors that the process that started this one left open, so that no plugin inherits them. Node.js
 * marks such descriptors only up to the first gap above 15, and opens all of its own with O_CLOEXEC. Bun passes none on.
 */
export function closeInheritedDescriptors(): void {
  if (process.versions['bun'] !== undefined) return;
  const others = readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => fd > 2);
  for (const fd of others) if (isInherited(fd)) closeSync(fd);
}

function isInherited(fd: number): boolean {
  try {
    const [, flags = '0'] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    return false; // it was open only to list the folder
  }
}
