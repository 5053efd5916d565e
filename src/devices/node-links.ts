import { readFile, readlink, realpath } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { basename } from 'node:path';
import { loadNative } from '../files/index.ts';
import { type NodeLink, isPciAddress } from '../npwg/index.ts';

/**
 * Reads the links of the network namespace of this process, which is the node's, and finds those with one of these
 * alternative names.
 */
export type NodeLinks = (altNames: readonly string[]) => Promise<readonly NodeLink[]>;

/** Reads the links of this node. The one-file build has no native addon and knows no alternative names. */
export const readNodeLinks: NodeLinks = async (altNames) => {
  const linkIndex = process.versions['bun'] === undefined ? loadNative().linkIndex : undefined;
  const addresses = networkInterfaces();
  const indexes = altNames.map((altName) => ({ altName, index: linkIndex?.(altName) ?? 0 }));
  return Promise.all(
    (await linkNames()).map(async (name): Promise<NodeLink> => {
      const own = addresses[name] ?? [];
      const index = linkIndex?.(name);
      return {
        name,
        altNames: indexes.filter((each) => each.index !== 0 && each.index === index).map(({ altName }) => altName),
        addresses: own.map(({ address }) => address),
        ...(own[0] !== undefined && { mac: own[0].mac }),
        ...(await deviceOf(name, index)),
      };
    }),
  );
};

/** The names in /proc/net/dev, which belongs to the namespace of the process, wherever /sys was mounted. */
async function linkNames(): Promise<readonly string[]> {
  const text = await readFile('/proc/self/net/dev', 'utf8');
  return text.split('\n').flatMap((line) => /^\s*([^\s|]+):/.exec(line)?.[1] ?? []);
}

/** Reads what /sys states about a link; nothing if /sys shows another namespace, whose link has another index. */
async function deviceOf(
  name: string,
  index: number | undefined,
): Promise<Pick<NodeLink, 'mac' | 'pciAddress' | 'driver'>> {
  const folder = `/sys/class/net/${name}`;
  const textOf = async (file: string): Promise<string> => (await readFile(`${folder}/${file}`, 'utf8')).trim();
  try {
    if (index !== undefined && Number(await textOf('ifindex')) !== index) return {};
    const mac = await textOf('address');
    const device = await realpath(`${folder}/device`).catch(() => ''); // a virtual link has none
    const pci = device.split('/').findLast(isPciAddress);
    const driver = await readlink(`${folder}/device/driver`).catch(() => undefined);
    return {
      ...(mac !== '' && { mac }),
      ...(pci !== undefined && { pciAddress: pci }),
      ...(driver !== undefined && { driver: basename(driver) }),
    };
  } catch {
    return {}; // the link has just been removed
  }
}
