import { type NetworkSelection, nadKey, requestFields } from '../npwg/index.ts';
import type { Delivery } from '../plan/index.ts';
import { addressOf, holds } from './addresses.ts';
import type { Ipam } from './check-ipam.ts';
import { type Finding, defaultRoute, finding, noAddresses, requestLost, requestOutside } from './finding.ts';
import type { PlacedElement } from './selection-place.ts';

/** What a pod asks of a network against what its IPAM plugin can give. */
export function checkRequests(
  selection: NetworkSelection,
  element: PlacedElement,
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
  element: PlacedElement,
  { type, ranges }: Ipam,
): readonly Finding[] {
  if (type !== 'static' || ranges.length > 0 || ips !== undefined || cniArgs?.['ips'] !== undefined) return [];
  const text = `${nadKey(nad)} has the IPAM plugin static without addresses, and the pod requests none`;
  return [
    finding(
      noAddresses,
      element.place(['name']),
      text,
      'Request addresses with "ips", or add "addresses" to the network.',
    ),
  ];
}

function checkIps(
  { ips = [], nad }: NetworkSelection,
  element: PlacedElement,
  { type, ranges }: Ipam,
): readonly Finding[] {
  return ips.flatMap((text, index) => {
    const place = element.place(['ips', index]);
    const [address = ''] = text.split('/');
    if (type === 'static' && !text.includes('/'))
      return [
        finding(
          requestOutside,
          place,
          `${text} has no prefix length, which static needs`,
          `Write ${text}/24, or the prefix of your network.`,
        ),
      ];
    if (type !== 'host-local' || ranges.length === 0 || ranges.some((range) => inRange(range, address))) return [];
    return [
      finding(
        requestOutside,
        place,
        `${text} is in no range of ${nadKey(nad)} (${ranges.map((range) => range.text).join(', ')})`,
      ),
    ];
  });
}

const inRange = (range: Ipam['ranges'][number], text: string): boolean => {
  const address = addressOf(text);
  return (
    address !== undefined &&
    address.family === range.family &&
    address.value >= range.first &&
    address.value <= range.last
  );
};

function checkGateways(
  { defaultRoute: gateways = [], nad, ips = [] }: NetworkSelection,
  element: PlacedElement,
  ipams: readonly Ipam[],
): readonly Finding[] {
  const subnets = ipams.flatMap(({ ranges }) => ranges.map(({ subnet }) => subnet));
  // addresses of its own bring their own subnets
  if (subnets.length === 0 || ips.length > 0) return [];
  return gateways.flatMap((gateway, index) =>
    subnets.some((subnet) => holds(subnet, gateway))
      ? []
      : [
          finding(
            defaultRoute,
            element.place(['default-route', index]),
            `gateway ${gateway} is in no subnet of ${nadKey(nad)} (${subnets.map(({ text }) => text).join(', ')})`,
          ),
        ],
  );
}

/**
 * Requests that Plexus passes on although no plugin of the network is known to read them; those that it refuses are
 * errors.
 */
export const checkUnread = (
  { nad }: NetworkSelection,
  element: PlacedElement,
  deliveries: readonly Delivery[],
): readonly Finding[] =>
  deliveries
    .filter(({ readers }) => readers.length === 0)
    .map(({ request, uncertain, isDeclared }) => {
      const place = element.place([request]);
      if (uncertain.length > 0) {
        const text = `Plexus does not know whether ${uncertain.join(' or ')} reads ${request}`;
        const fix = `No action needed if it does; a plugin that has the capability ${requestFields[request].capability} must declare it.`;
        return { ...finding(requestLost, place, text, fix), severity: 'note' };
      }
      const text = `no plugin of ${nadKey(nad)} is known to read ${request}`;
      return finding(
        requestLost,
        place,
        isDeclared ? `${text}, although one declares the capability ${requestFields[request].capability}` : text,
        unreadFix,
      );
    });

const unreadFix = 'Use a network with a plugin that reads this request (docs/requests.md), or drop the request.';
