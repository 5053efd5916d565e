import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import { type ClaimInputs, devicesOfClaims } from '../../src/devices/index.ts';
import type { PodDevices } from '../../src/npwg/index.ts';
import { type ApiServer, type JsonObject, type RequestInfo, startApiServer } from '../support/api-server/index.ts';
import { nicDriver, nodeName } from '../support/claim-objects.ts';
import { patience } from '../support/patience.ts';

/** A pod with claims and an API server over TLS, which is emptied before each test. */
export interface ClaimsRoom {
  readonly server: () => ApiServer;
  readonly cluster: () => Cluster;
  /** Applies until the end of the test. */
  readonly allow: (rule: (request: RequestInfo) => boolean) => void;
  /** Stores objects; later requests are recorded by `asked`. */
  readonly put: (pod: JsonObject, claims: readonly JsonObject[], slices: readonly JsonObject[]) => void;
  /** Finds devices for the pod shop/db, which requests a device of `sriov` by default. */
  readonly ask: (inputs: Partial<ClaimInputs>) => Promise<PodDevices>;
  /** The requests so far, as "verb resource". */
  readonly asked: () => readonly string[];
}

export const pod = { namespace: 'shop', name: 'db', uid: 'u-db' };
export const sriov = 'vendor.com/sriov';
export const requests = (resources: readonly string[], claims: readonly string[] = []): ClaimInputs['requests'] => ({
  resources,
  claims,
});
export const idsOf = ({ devices }: PodDevices): readonly string[] =>
  devices.map(({ id, resource }) => `${resource ?? '-'} ${id}`).toSorted();

/** An entry of spec.resourceClaims, and the claim that Kubernetes created from it. */
export const fromTemplate = { name: 'nic', resourceClaimTemplateName: 'nic' };
export const made = { resourceClaimStatuses: [{ name: 'nic', resourceClaimName: 'db-nic-x7' }] };
/** A device as kubelet reports it. */
export const ofKubelet = (device: string) => ({
  claim: { namespace: 'shop', name: 'db-nic-x7' },
  driver: nicDriver,
  pool: nodeName,
  device,
});

/** Creates the fixture and registers its hooks. */
export function claimsRoom(): ClaimsRoom {
  let server: ApiServer;
  let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
  let cluster: Cluster;
  let allowed: (request: RequestInfo) => boolean;
  beforeAll(async () => {
    server = await startApiServer({ authorize: (request) => allowed(request) });
    folder = await mkdtempDisposable(join(tmpdir(), 'plexus-claims-'));
    const file = join(folder.path, 'kubeconfig');
    await server.writeKubeconfig(file);
    cluster = connect({ kind: 'kubeconfig', file });
  });
  afterAll(async () => {
    await server.close();
    await folder.remove();
  });
  beforeEach(() => {
    allowed = () => true;
    server.faults.clear();
    for (const resource of ['pods', 'resourceclaims', 'resourceslices']) {
      for (const { metadata } of server.all(resource)) server.remove(resource, metadata.namespace ?? '', metadata.name);
    }
    server.requests.length = 0;
  });
  return {
    server: () => server,
    cluster: () => cluster,
    allow: (rule) => {
      allowed = rule;
    },
    put: (object, claims, slices) => {
      server.put('pods', object);
      for (const each of claims) server.put('resourceclaims', each);
      for (const each of slices) server.put('resourceslices', each);
    },
    ask: (inputs) =>
      devicesOfClaims({ pod, requests: requests([sriov]), nodeName, ...inputs }, cluster.claims, patience()),
    asked: () => server.requests.map(({ verb, resource }) => `${verb} ${resource}`),
  };
}
