import type { ClaimsApi, ResourceSlice } from '../cluster/index.ts';
import { type DevicePlace, identify } from './claimed-devices.ts';

// A slice has up to 128 devices: 30 KB and more.
const pageSize = 100;

/** Finds devices in ResourceSlices. */
export type SliceReader = (place: DevicePlace, signal: AbortSignal) => Promise<ReturnType<typeof identify>>;

/**
 * Creates a reader for one call. It lists a driver's slices once: first those of this node, then all of them for a
 * device not found there, because slices for several nodes have no nodeName to select by (K8S-20).
 */
export function sliceReader(api: ClaimsApi, nodeName: string | undefined): SliceReader {
  const listed = new Map<string, Promise<readonly ResourceSlice[]>>();
  const slices = (driver: string, node: string | undefined, signal: AbortSignal): Promise<readonly ResourceSlice[]> => {
    const key = JSON.stringify([driver, node]);
    const found = listed.get(key) ?? listSlices(api, { driver, ...(node !== undefined && { nodeName: node }) }, signal);
    listed.set(key, found);
    return found;
  };
  return async (place, signal) => {
    const here = nodeName === undefined ? undefined : identify(await slices(place.driver, nodeName, signal), place);
    return here ?? identify(await slices(place.driver, undefined, signal), place);
  };
}

type Query = Parameters<ClaimsApi['listResourceSlices']>[0];

async function listSlices(api: ClaimsApi, query: Query, signal: AbortSignal): Promise<readonly ResourceSlice[]> {
  const all: ResourceSlice[] = [];
  for (let paged: Query = { ...query, limit: pageSize }; ;) {
    const page = await api.listResourceSlices(paged, signal);
    if (page === 'expired') return wholeList(api, query, signal);
    all.push(...page.slices);
    if (page.continue === undefined) return all;
    paged = { ...paged, continue: page.continue };
  }
}

// One list without pages, because a continue token could expire between pages.
async function wholeList(api: ClaimsApi, query: Query, signal: AbortSignal): Promise<readonly ResourceSlice[]> {
  const page = await api.listResourceSlices(query, signal);
  return page === 'expired' ? [] : page.slices;
}
