import { type NetworkConfiguration, valueLikeGo, withKeys } from '../cni/index.ts';
import { type Warning, hostInterfaceLater, hostInterfaceUnresolved } from '../errors/index.ts';
import { type InterfaceSelector, type NodeInterfaces, type NodeLink, isInSubnet } from '../npwg/index.ts';

/** A network whose configuration may name logical interfaces. */
interface WithInterfaces {
  readonly network: string;
  readonly configuration: NetworkConfiguration;
  readonly interfaces: NodeInterfaces;
}
/** A logical interface that a configuration uses, and the link that it means. */
export interface ResolvedInterface {
  readonly logical: string;
  readonly link: string;
}

/** The keys of a plugin's configuration that name an interface of the node. */
const interfaceKeys = ['master', 'device'] as const;

/**
 * Returns the configuration with the node's links in place of logical interfaces. Without `links`, returns it unchanged
 * with a warning: another process knows the node. Throws hostInterfaceUnresolved.
 */
export function withNodeLinks(
  { network, configuration, interfaces }: WithInterfaces,
  links: readonly NodeLink[] | undefined,
): { readonly configuration: NetworkConfiguration; readonly warnings: readonly Warning[] } {
  const used = usedInterfaces(configuration, interfaces);
  if (used.length === 0) return { configuration, warnings: [] };
  if (links === undefined)
    return { configuration, warnings: [hostInterfaceLater({ network, logical: used.join(', ') })] };
  const names = new Map(used.map((logical) => [logical, linkFor(logical, { network, interfaces, links })]));
  const plugins = configuration.plugins.map((plugin) => {
    const changed = interfaceKeys.flatMap((key) => {
      const value = valueLikeGo(plugin.json, key);
      const name = typeof value === 'string' ? names.get(value) : undefined;
      return name === undefined ? [] : [[key, name] as const];
    });
    return changed.length === 0 ? plugin : { ...plugin, json: withKeys(plugin.json, Object.fromEntries(changed)) };
  });
  return { configuration: { ...configuration, plugins }, warnings: [] };
}

/** Returns the logical interfaces that a configuration uses, each once. */
const usedInterfaces = ({ plugins }: NetworkConfiguration, interfaces: NodeInterfaces): readonly string[] => [
  ...new Set(
    plugins
      .flatMap(({ json }) => interfaceKeys.map((key) => valueLikeGo(json, key)))
      .filter((value): value is string => typeof value === 'string' && Object.hasOwn(interfaces, value)),
  ),
];

/** Returns the links that the logical interfaces of a network mean on a node. Throws hostInterfaceUnresolved. */
export const resolvedInterfaces = (
  { network, configuration, interfaces }: WithInterfaces,
  links: readonly NodeLink[],
): readonly ResolvedInterface[] =>
  usedInterfaces(configuration, interfaces).map((logical) => ({
    logical,
    link: linkFor(logical, { network, interfaces, links }),
  }));

/** The first selector that any link matches decides. */
function linkFor(
  logical: string,
  {
    network,
    interfaces,
    links,
  }: Pick<WithInterfaces, 'network' | 'interfaces'> & { readonly links: readonly NodeLink[] },
): string {
  const selectors = interfaces[logical] ?? [];
  for (const selector of selectors) {
    const [match, ...others] = links.filter((link) => isSelected(link, selector));
    if (match === undefined) continue;
    if (others.length === 0) return match.name;
    const names = [match, ...others].map(({ name }) => name).toSorted();
    const problem = `${names.length} interfaces of this node match ${selectorText(selector)}: ${few(names)}`;
    throw hostInterfaceUnresolved({ network, logical, problem });
  }
  const problem = `no interface of this node matches ${selectors.map(selectorText).join(' or ')}; it has ${candidatesText(links)}`;
  throw hostInterfaceUnresolved({ network, logical, problem });
}

const isSelected = (link: NodeLink, selector: InterfaceSelector): boolean =>
  Object.entries(tests).every(([key, test]) => {
    const value = selector[key as keyof InterfaceSelector];
    return value === undefined || test(link, value);
  });

const tests: Readonly<Record<keyof InterfaceSelector, (link: NodeLink, value: string) => boolean>> = {
  name: ({ name }, value) => name === value,
  altName: ({ name, altNames }, value) => name === value || altNames.includes(value),
  mac: ({ mac }, value) => mac === value,
  pciAddress: ({ pciAddress }, value) => pciAddress === value,
  driver: ({ driver }, value) => driver === value,
  subnet: ({ addresses }, value) => addresses.some((address) => isInSubnet(address, value)),
};

const selectorText = (selector: InterfaceSelector): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join('+');

const mostShown = 8;

const few = (texts: readonly string[]): string =>
  texts.slice(0, mostShown).join(', ') + (texts.length > mostShown ? ` and ${texts.length - mostShown} more` : '');

/** Devices first: the links of containers are of no interest. */
function candidatesText(links: readonly NodeLink[]): string {
  const rank = ({ pciAddress, driver, addresses }: NodeLink): number =>
    pciAddress !== undefined || driver !== undefined ? 0 : addresses.length > 0 ? 1 : 2;
  const known = links.filter(({ name }) => name !== 'lo').toSorted((a, b) => rank(a) - rank(b));
  return known.length === 0 ? 'none' : few(known.map(linkText));
}

function linkText({ name, mac, pciAddress, driver, addresses }: NodeLink): string {
  const facts = [driver, pciAddress, mac, addresses[0]].filter((each) => each !== undefined);
  return facts.length === 0 ? name : `${name} (${facts.join(', ')})`;
}
