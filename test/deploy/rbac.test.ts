import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { connectForLong } from '../../src/cluster/index.ts';
import { startApiServer } from '../support/api-server/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { patience } from '../support/patience.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
const documents = parseAllDocuments(
  await readFile(join(import.meta.dirname, '../../deploy/base/rbac.yaml'), 'utf8'),
).map((document) => document.toJS() as { kind: string; rules?: Rule[] });
const rules = documents.find(({ kind }) => kind === 'ClusterRole')?.rules ?? [];

interface Asked {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly verb: string | undefined;
}
const nameOf = ({ resource, subresource }: Asked): string =>
  subresource === '' ? resource : `${resource}/${subresource}`;
const allows = (asked: Asked): boolean =>
  rules.some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(asked.group) && resources.includes(nameOf(asked)) && verbs.includes(asked.verb ?? ''),
  );

describe('K8S-15: the rights in deploy/base/rbac.yaml', () => {
  it('name everything, without "*"', () => {
    expect(JSON.stringify(rules)).not.toContain('*');
  });
  it('suffice for every API request of Plexus, and none is unnecessary', async () => {
    const used = new Set<string>();
    const server = await startApiServer({
      authorize: (request) => {
        used.add(`${request.verb} ${nameOf(request)}`);
        return allows(request);
      },
    });
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-rbac-'));
    const file = join(folder.path, 'kubeconfig');
    await server.writeKubeconfig(file);
    server.put('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default', uid: 'u' },
      spec: { nodeName: 'node-1', containers: [{ name: 'c', image: 'none' }] },
    });
    const watched = await connectForLong({ kind: 'kubeconfig', file }, () => {}, { podsOf: 'node-1' });
    const stop = new AbortController();
    const running = watched.run(stop.signal);
    const seen: string[] = [];
    const pods = watched.pods?.run(({ name }) => void seen.push(name), stop.signal);
    await waitFor('the watches', async () => watched.state().synced && seen.includes('p') && used.has('watch pods'));
    const { cluster } = watched;
    const signal = patience();
    const pod = { namespace: 'default', name: 'p', uid: 'u' };
    expect(await cluster.getPod(pod, signal)).toMatchObject(pod);
    expect(await cluster.getPodState(pod, signal)).toMatchObject({
      metadata: pod,
      hostNetwork: false,
      deleting: false,
    });
    expect(await cluster.listPodsOf('node-1', (each) => each, signal)).toMatchObject([pod]);
    expect(await cluster.listPodsOf('node-2', (each) => each, signal)).toEqual([]);
    expect(await cluster.getNad({ namespace: 'default', name: 'none' }, signal)).toBeUndefined();
    expect(await cluster.patchNetworkStatus(pod, '[]', signal)).toBe('written');
    const condition = { type: 'plexus-cni.io/NetworksInSync', status: 'True', reason: 'InSync', message: '' } as const;
    expect(await cluster.publishNetworks?.(pod, { condition: { ...condition, isTransition: true } }, signal)).toBe(
      'written',
    );
    await cluster.recordEvent(pod, { type: 'Normal', reason: 'Test', message: 'm' }, signal);
    for (let times = 0; times < 2; times++)
      await cluster.recordEvent({ node: 'node-1' }, { type: 'Warning', reason: 'Test', message: 'm' }, signal);
    const user = { user: 'system:serviceaccount:default:default', groups: [] };
    const nad = { namespace: 'default', name: 'none' };
    expect(await cluster.permissions?.mayUse(user, nad, signal)).toMatchObject({ allowed: true });
    expect(await cluster.permissions?.podAccount(pod, signal)).toEqual({ uid: 'u', serviceAccount: 'default' });
    stop.abort();
    await Promise.all([running, pods]);
    await server.close();
    const granted = rules.flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
    );
    expect([...used].toSorted()).toEqual(granted.toSorted());
  });
});
