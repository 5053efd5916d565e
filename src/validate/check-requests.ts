import { type NetworkSelection, nadKey, requestFields } from '../npwg/index.ts';
import type { Delivery } from '../plan/index.ts';
import { isInOneOf } from './addresses.ts';
import type { Ipam } from './check-ipam.ts';
import { type Finding, defaultRoute, finding, noAddresses, requestLost, requestOutside } from './finding.ts';
import type { Element } from './elements.ts';
import { fewTexts } from './first-few.ts';

/** Compares a pod's requests to a network with what its IPAM plugin can assign. */
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

/** Reports static without configured or requested addresses, with which most plugins fail. */
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
  const { within, list } = fewTexts(ranges);
  return ips.flatMap((text, index) => {
    const spot = element.at(['ips', index]);
    const [address = ''] = text.split('/');
    const data = { address: text, within };
    if (type === 'static' && !text.includes('/')) {
      const fix = `Write ${text}/24, or the prefix of your network.`;
      return [finding(requestOutside, spot, data, `${text} has no prefix length, which static needs`, fix)];
    }
    if (type !== 'host-local' || ranges.length === 0 || isInOneOf(ranges, address)) return [];
    const outside = `${text} is in no range of ${nadKey(nad)} (${list})`;
    return [finding(requestOutside, spot, data, outside)];
  });
}

function checkGateways(
  { defaultRoute: gateways = [], nad, ips = [] }: NetworkSelection,
  element: Element,
  ipams: readonly Ipam[],
): readonly Finding[] {
  const subnets = ipams.flatMap(({ ranges }) => ranges.map(({ subnet }) => subnet));
  // configured addresses bring their own subnets
  if (subnets.length === 0 || ips.length > 0) return [];
  const { within, list } = fewTexts(subnets);
  return gateways.flatMap((gateway, index) => {
    const text = `gateway ${gateway} is in no subnet of ${nadKey(nad)} (${list})`;
    return isInOneOf(subnets, gateway)
      ? []
      : [finding(defaultRoute, element.at(['default-route', index]), { address: gateway, within }, text)];
  });
}

/**
 * Warns of requests that Plexus passes on although no plugin of the network is known to read them. Those that Plexus
 * rejects are errors.
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
