import { readFile } from 'node:fs/promises';

/**
 * Whether this process can see a file of the node; a pod sees only what is mounted into it. True if that is unknown.
 * Never rejects.
 */
export async function isInSight(
  path: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<boolean> {
  if (env['KUBERNETES_SERVICE_HOST'] === undefined) return true; // Kubelet sets this variable in every pod.
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => undefined);
  return mounts === undefined || isMounted(path, mounts);
}

/** Whether a path lies in a mount other than the container's root, according to the text of /proc/self/mountinfo. */
export const isMounted = (path: string, mountinfo: string): boolean =>
  mountinfo
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .some((place) => place !== '' && place !== '/' && `${path}/`.startsWith(`${place}/`));

// The kernel writes a space as \040.
const unescape = (text: string): string =>
  text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
