import { type NetworkSelection, nadKey, requestFields } from '../npwg/index.ts';
import type { Delivery } from '../plan/index.ts';
import { holds } from './addresses.ts';
import type { Ipam } from './check-ipam.ts';
import { type Finding, defaultRoute, finding, noAddresses, requestLost, requestOutside } from './finding.ts';
import type { Element } from './elements.ts';

/** What a pod asks of a network against what its IPAM plugin can give. */
export function checkRequests(
  selection: NetworkSelection,
  element: Element,
  ipams: readonly Ipam[],
): readonly Finding[] {
  const [ipam] = ipams;
  if (ipam === undefined) return [];
  return [
    ...checkIps(selection, element, ipam),
    ...checkNone(selection, element, ipam),
    ...checkGateways(selection, element, ipams),
  ];
}

/** static without addresses of its own, and none requested: most plugins then fail. */
function checkNone(
  { ips, cniArgs, nad }: NetworkSelection,
  element: Element,
  { type, ranges }: Ipam,
): readonly Finding[] {
  if (type !== 'static' || ranges.length > 0 || ips !== undefined || cniArgs?.['ips'] !== undefined) return [];
  const text = `${nadKey(nad)} has the IPAM plugin static without addresses, and the pod requests none`;
  const fix = 'Request addresses with "ips", or add "addresses" to the network.';
  return [finding(noAddresses, element.at(['name']), { ipam: type }, text, fix)];
}

function checkIps({ ips = [], nad }: NetworkSelection, element: Element, { type, ranges }: Ipam): readonly Finding[] {
  return ips.flatMap((text, index) => {
    const spot = element.at(['ips', index]);
    const [address = ''] = text.split('/');
    const data = { address: text, within: ranges.map((range) => range.text) };
    if (type === 'static' && !text.includes('/')) {
      const fix = `Write ${text}/24, or the prefix of your network.`;
      return [finding(requestOutside, spot, data, `${text} has no prefix length, which static needs`, fix)];
    }
    if (type !== 'host-local' || ranges.length === 0 || ranges.some((range) => holds(range, address))) return [];
    const outside = `${text} is in no range of ${nadKey(nad)} (${data.within.join(', ')})`;
    return [finding(requestOutside, spot, data, outside)];
  });
}

function checkGateways(
  { defaultRoute: gateways = [], nad, ips = [] }: NetworkSelection,
  element: Element,
  ipams: readonly Ipam[],
): readonly Finding[] {
  const subnets = ipams.flatMap(({ ranges }) => ranges.map(({ subnet }) => subnet));
  // addresses of its own bring their own subnets
  if (subnets.length === 0 || ips.length > 0) return [];
  const within = subnets.map(({ text }) => text);
  return gateways.flatMap((gateway, index) => {
    const text = `gateway ${gateway} is in no subnet of ${nadKey(nad)} (${within.join(', ')})`;
    return subnets.some((subnet) => holds(subnet, gateway))
      ? []
      : [finding(defaultRoute, element.at(['default-route', index]), { address: gateway, within }, text)];
  });
}

/**
 * Requests that Plexus passes on although no plugin of the network is known to read them; those that it refuses are
 * errors.
 */
export const checkUnread = (
  { nad }: NetworkSelection,
  element: Element,
  deliveries: readonly Delivery[],
): readonly Finding[] =>
  deliveries
    .filter(({ readers }) => readers.length === 0)
    .map(({ request, uncertain, isDeclared }) => {
      const spot = element.at([request]);
      if (uncertain.length > 0) {
        const text = `Plexus does not know whether ${uncertain.join(' or ')} reads ${request}`;
        const fix = `No action needed if it does; a plugin that has the capability ${requestFields[request].capability} must declare it.`;
        return { ...finding(requestLost, spot, { request }, text, fix), severity: 'note' };
      }
      const text = `no plugin of ${nadKey(nad)} is known to read ${request}`;
      return finding(
        requestLost,
        spot,
        { request },
        isDeclared ? `${text}, although one declares the capability ${requestFields[request].capability}` : text,
        unreadFix,
      );
    });

const unreadFix = 'Use a network with a plugin that reads this request (docs/requests.md), or drop the request.';
