import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ClaimsApi, connect } from '../../src/cluster/index.ts';
import { devicesOfClaims, publishDevices } from '../../src/devices/index.ts';
import { type RequestInfo, startApiServer } from '../support/api-server/index.ts';
import { claim, multusForm, nodeName, podWithClaims, result, slice } from '../support/claim-objects.ts';
import { renderKustomization } from '../support/kustomize.ts';
import { component, deploy } from './objects.ts';
import { patience } from '../support/patience.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
const rulesWith = async (...components: readonly string[]): Promise<readonly Rule[]> => {
  const objects = await renderKustomization(join(deploy, 'base'), components.map(component));
  return objects.filter(({ kind }) => kind === 'ClusterRole').flatMap((role) => role['rules'] as Rule[]);
};
const nameOf = ({ resource, subresource }: RequestInfo): string =>
  subresource === '' ? resource : `${resource}/${subresource}`;
const allows = (rules: readonly Rule[], asked: RequestInfo): boolean =>
  rules.some(
    ({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.includes(asked.group) &&
      resources.includes(nameOf(asked)) &&
      (resourceNames?.includes(asked.name) ?? true) &&
      verbs.includes(asked.verb ?? ''),
  );

const driver = 'driver.example.com'; // The driver in deploy/components/resource-claim-status.
const signal = patience();
const pod = { namespace: 'shop', name: 'db', uid: 'u-db' };

/** Attaches a network with a claimed device under these rights; `used` lists the requests. */
async function attachWith(
  rules: readonly Rule[],
  used: Set<string>,
): Promise<{ readonly ids: readonly string[]; readonly warning: string | undefined }> {
  const server = await startApiServer({
    authorize: (request) => {
      if (allows(rules, request)) used.add(`${request.verb} ${nameOf(request)}`);
      return allows(rules, request);
    },
  });
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-rbac-'));
  const file = join(folder.path, 'kubeconfig');
  await server.writeKubeconfig(file);
  server.put('pods', podWithClaims([{ name: 'nic', resourceClaimName: 'nic' }]));
  server.put('resourceclaims', claim('nic', [result('main', 'd0', { driver })]));
  server.put('resourceslices', slice('a', { d0: multusForm('i0') }, { driver }));
  const api = connect({ kind: 'kubeconfig', file }).claims as ClaimsApi;
  const { devices } = await devicesOfClaims(
    { pod, requests: { resources: [], claims: ['nic'] }, nodeName },
    api,
    signal,
  );
  const reported = devices.flatMap(({ claimed }) =>
    claimed === undefined ? [] : [{ claimed, interfaceName: 'net1', ips: ['10.0.0.1/24'] }],
  );
  const warning = await publishDevices(reported, pod, api, signal);
  await server.close();
  return { ids: devices.map(({ id }) => id), warning };
}

describe('K8S-15, K8S-23: the rights in deploy/components for claimed devices', () => {
  it('suffice, and none is unnecessary', async () => {
    const used = new Set<string>();
    const rules = await rulesWith('resource-claims', 'resource-claim-status');
    expect(await attachWith(rules, used)).toEqual({ ids: ['i0'], warning: undefined });
    const granted = rules
      .filter(({ apiGroups }) => apiGroups.includes('resource.k8s.io'))
      .flatMap(({ resources, verbs }) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)));
    expect([...used].toSorted()).toEqual([...granted, 'get pods'].toSorted());
    expect(JSON.stringify(rules)).not.toContain('*');
  });
  it('suffice to find the device if they only allow reading, and the missing report is one warning', async () => {
    const { ids, warning } = await attachWith(await rulesWith('resource-claims'), new Set());
    expect(ids).toEqual(['i0']);
    expect(warning).toContain('Add deploy/components/resource-claim-status');
  });
  it('for another driver do not apply to this one', async () => {
    const rules = (await rulesWith('resource-claims', 'resource-claim-status')).map((rule) =>
      rule.resourceNames === undefined ? rule : { ...rule, resourceNames: ['other.example.com'] },
    );
    const { warning } = await attachWith(rules, new Set());
    expect(warning).toContain('cannot associated-node:patch resource "resourceclaims/driver"');
  });
});
