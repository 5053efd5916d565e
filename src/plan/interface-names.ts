import { type PlexusError, interfaceTaken } from '../errors/index.ts';

/** A delegate that needs an interface name. */
export interface Nameable {
  readonly network: string;
  readonly interfaceName?: string | undefined;
}

/**
 * Returns the interface name of every delegate. The default network, which is first, gets that of the call; others get
 * the requested name or net<index>, where the index counts over the whole list and a taken name is replaced by the next
 * free number (NPWG-39, NPWG-66). Throws interfaceTaken if a requested name is taken (NPWG-41), or the call's name
 * exists already.
 */
export function nameInterfaces(
  delegates: readonly Nameable[],
  ifName: string,
  links: readonly string[],
): readonly string[] {
  const owners = new Map([
    ['lo', 'the loopback link'],
    ...links.map((link) => [link, 'a link that is already in the sandbox'] as const),
  ]);
  if (delegates.length > 0) claim(owners, ifName, 'the default network');
  for (const { network, interfaceName } of delegates.slice(1)) {
    if (interfaceName !== undefined) claim(owners, interfaceName, network);
  }
  return delegates.map(({ network, interfaceName }, index) =>
    index === 0 ? ifName : (interfaceName ?? firstFree(owners, index, network)),
  );
}

function claim(owners: Map<string, string>, interfaceName: string, network: string): void {
  const by = owners.get(interfaceName);
  if (by !== undefined) throw takenError(interfaceName, by);
  owners.set(interfaceName, network);
}

const takenError = (interfaceName: string, by: string): PlexusError => interfaceTaken({ interfaceName, by });

function firstFree(owners: Map<string, string>, from: number, network: string): string {
  const name = freeName(owners, from);
  owners.set(name, network);
  return name;
}

/** Returns the first of net<from>, net<from + 1>, … that is not taken. */
export function freeName(taken: { readonly has: (name: string) => boolean }, from: number): string {
  let number = from;
  while (taken.has(`net${number}`)) number++;
  return `net${number}`;
}
