import type { ClaimsApi, DeviceStatusOutcome } from '../cluster/index.ts';
import { asPlexusError } from '../errors/index.ts';
import { type ClaimedDevice, nadKey, parseCidr } from '../npwg/index.ts';

/** A claimed device that is now an interface of a pod. */
export interface ReportedDevice {
  readonly claimed: ClaimedDevice;
  readonly interfaceName: string;
  readonly mac?: string;
  /** Addresses with prefix length. */
  readonly ips: readonly string[];
}
/** The pod that has the devices. */
export interface ReportingPod {
  readonly uid?: string;
  /** Claims in which devices of this pod were reported before. */
  readonly claimsBefore?: readonly ClaimedDevice['claim'][];
}
/** An entry of a ResourceClaim's status.devices (resource.k8s.io/v1, AllocatedDeviceStatus). */
export interface DeviceStatus {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareID?: string;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
    readonly lastTransitionTime: string;
  }[];
  readonly networkData: {
    readonly interfaceName?: string;
    readonly hardwareAddress?: string;
    readonly ips?: readonly string[];
  };
}

// Limits of the API (K8S-22).
const mostIps = 16;
const mostInterfaceBytes = 256;
const mostAddressBytes = 128;

/**
 * Builds the status entry of a device in a claim, without what the API would reject. `now` is ISO 8601 to the second.
 * `data` belongs to the driver and is not set.
 */
export function deviceStatusOf({ claimed, interfaceName, mac = '', ips }: ReportedDevice, now: string): DeviceStatus {
  const { driver, pool, device, shareId } = claimed;
  const addresses = [...new Set(ips.map(canonicalAddress).filter((ip) => ip !== undefined))].slice(0, mostIps);
  return {
    driver,
    pool,
    device,
    ...(shareId !== undefined && { shareID: shareId }),
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'InterfaceAttached',
        message: 'attached to the pod by Plexus',
        lastTransitionTime: now,
      },
    ],
    networkData: {
      ...(fits(interfaceName, mostInterfaceBytes) && { interfaceName }),
      ...(fits(mac, mostAddressBytes) && { hardwareAddress: mac }),
      ...(addresses.length > 0 && { ips: addresses }),
    },
  };
}

const fits = (text: string, most: number): boolean => text !== '' && Buffer.byteLength(text) <= most;

// The API accepts only the shortest form of an address, and no IPv4-mapped IPv6 address.
function canonicalAddress(address: string): string | undefined {
  const cidr = parseCidr(address);
  return cidr === undefined || /^::ffff:[^:]+:[^:]+$/.test(cidr.text) ? undefined : `${cidr.text}/${cidr.prefix}`;
}

/**
 * Publishes a pod's devices in the status of their ResourceClaims, with one patch per claim, until the signal. A claim
 * that has none of them any more gets an empty list. Leaves what a driver wrote unchanged. Never rejects: returns one
 * warning if something could not be published (K8S-22, K8S-23).
 */
export async function publishDevices(
  reported: readonly ReportedDevice[],
  pod: ReportingPod,
  api: ClaimsApi,
  signal: AbortSignal,
): Promise<string | undefined> {
  const all = [...(pod.claimsBefore ?? []), ...reported.map(({ claimed }) => claimed.claim)];
  const claims = new Map(all.map((claim) => [nadKey(claim), claim]));
  const publishing = { api, manager: managerOf(pod), signal };
  const problems = await Promise.all(
    [...claims].map(([key, claim]) =>
      publishClaim(
        claim,
        reported.filter(({ claimed }) => nadKey(claimed.claim) === key),
        publishing,
      ),
    ),
  );
  const reasons = problems.filter((problem) => problem !== undefined);
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

const ours = 'plexus';

// One field manager per pod: an apply removes what its manager wrote before, and pods can share a claim.
const managerOf = ({ uid }: ReportingPod): string => (uid === undefined ? ours : `${ours}-${uid}`.slice(0, 128));

interface Publishing {
  readonly api: ClaimsApi;
  readonly manager: string;
  readonly signal: AbortSignal;
}

async function publishClaim(
  claim: ClaimedDevice['claim'],
  reported: readonly ReportedDevice[],
  { api, manager, signal }: Publishing,
): Promise<string | undefined> {
  const key = nadKey(claim);
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const entries = reported.map((each) => deviceStatusOf(each, now));
  try {
    const outcome = await applyEntries(entries, (devices, force) =>
      api.applyDeviceStatus({ claim, entries: devices, manager, force }, signal),
    );
    const isSettled = outcome === 'written' || (entries.length === 0 && outcome.status === 404);
    return isSettled ? undefined : notReported(key, `${outcome.problem}${fixes[outcome.status] ?? ''}`);
  } catch (error) {
    return notReported(key, asPlexusError(error).message);
  }
}

type Apply = (entries: readonly object[], force: boolean) => Promise<DeviceStatusOutcome>;

async function applyEntries(entries: readonly DeviceStatus[], apply: Apply): Promise<DeviceStatusOutcome> {
  const outcome = await apply(entries, false);
  if (outcome === 'written' || outcome.status !== 409 || outcome.managers.length === 0) return outcome;
  if (outcome.managers.every(isOurs)) return apply(entries, true);
  // A driver may publish the device's conditions itself but no addresses.
  return apply(
    entries.map(({ conditions: _ready, ...rest }) => rest),
    false,
  );
}

/** Whether the manager belongs to another pod's ADD that wrote about the same device. */
const isOurs = (manager: string): boolean => manager === ours || manager.startsWith(`${ours}-`);

const notReported = (claim: string, problem: string): string =>
  `the interfaces with devices of ResourceClaim ${claim} are not reported in its status: ${problem}`;

const fixes: Readonly<Record<number, string>> = {
  403: '. Add deploy/components/resource-claim-status with the names of your drivers (resourceClaims.reportDrivers in the chart)',
  409: '. Another program, such as its driver, already reports them; Plexus does not change that',
};
