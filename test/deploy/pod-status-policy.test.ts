import { join } from 'node:path';
import { Environment } from '@marcbachmann/cel-js';
import { describe, expect, it } from 'vitest';
import { mayPatchStatus, type Policy, type PodLike, type Write } from '../support/admission.ts';
import { renderKustomization } from '../support/kustomize.ts';
import { deploy } from './objects.ts';

// The expressions run in a CEL evaluator, not in an API server. Which requests the API server matches is read from the
// manifest.
const objects = await renderKustomization(join(deploy, 'base'));
const policy = objects.find(({ kind }) => kind === 'ValidatingAdmissionPolicy') as unknown as Policy;
const binding = objects.find(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding');

const networkStatus = 'k8s.v1.cni.cncf.io/network-status';
const daemon = 'system:serviceaccount:kube-system:plexus';
const tokenOf = (node: string): Write['userInfo'] => ({
  username: daemon,
  extra: { 'authentication.kubernetes.io/node-name': [node] },
});

const pod: PodLike = {
  metadata: {
    name: 'db',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '1',
    labels: { app: 'db' },
    annotations: { owner: 'team', 'k8s.v1.cni.cncf.io/networks': 'a' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'db' }],
    managedFields: [{ manager: 'kubelet' }],
  },
  spec: { nodeName: 'node-1' },
  status: { phase: 'Running', podIP: '10.0.0.2', conditions: [{ type: 'Ready', status: 'True' }] },
};
const changed = (change: { metadata?: object; status?: object; annotations?: object }): PodLike => ({
  ...pod,
  metadata: {
    ...pod.metadata,
    resourceVersion: '2',
    managedFields: [{ manager: 'kubelet' }, { manager: 'plexus' }],
    annotations: { ...(pod.metadata['annotations'] as object), ...change.annotations },
    ...change.metadata,
  },
  status: { ...pod.status, ...change.status },
});
const write = (object: PodLike, more: Partial<Write> = {}): Write => ({
  userInfo: tokenOf('node-1'),
  operation: 'UPDATE',
  subResource: 'status',
  object,
  oldObject: pod,
  ...more,
});
const told = changed({ annotations: { [networkStatus]: '[]' } });
const synced = { type: 'plexus-cni.io/NetworksInSync', status: 'True' };
const without = (): PodLike => {
  const { owner: _, ...annotations } = pod.metadata['annotations'] as Record<string, string>;
  return { ...pod, metadata: { ...pod.metadata, annotations } };
};
const bare: PodLike = { metadata: { name: 'db', namespace: 'shop' }, spec: { nodeName: 'node-1' } };

describe('the policy allows the daemon', () => {
  it.each([
    ['network-status of a pod of its node', write(told)],
    [
      'network-status of a pod that has neither annotations nor status',
      write({ ...bare, metadata: { ...bare.metadata, annotations: { [networkStatus]: '[]' } } }, { oldObject: bare }),
    ],
    [
      'another value of network-status',
      write(changed({ annotations: { [networkStatus]: '[1]' } }), { oldObject: told }),
    ],
    ['to remove network-status', write(pod, { oldObject: told })],
    ['its own condition', write(changed({ status: { conditions: [{ type: 'Ready', status: 'True' }, synced] } }))],
    [
      'another value of its own condition',
      write(
        changed({
          status: {
            conditions: [
              { ...synced, status: 'False' },
              { type: 'Ready', status: 'True' },
            ],
          },
        }),
        { oldObject: { ...pod, status: { ...pod.status, conditions: [{ type: 'Ready', status: 'True' }, synced] } } },
      ),
    ],
    ['nothing at all', write(pod)],
  ])('%s', (_what, request) => {
    expect(mayPatchStatus(policy, request)).toEqual([]);
  });
});

describe('the policy denies the daemon', () => {
  const otherNode = 'Plexus may change only pods of its own node';
  const annotation = 'Plexus may change only the annotation k8s.v1.cni.cncf.io/network-status';
  const metadata = 'Plexus may change only annotations in metadata';
  const status = 'Plexus may change only the condition plexus-cni.io/NetworksInSync in status';
  it.each([
    ['a pod of another node', write(told, { userInfo: tokenOf('node-2') }), [otherNode]],
    ['a pod that is on no node', write({ ...told, spec: {} }, { oldObject: { ...pod, spec: {} } }), [otherNode]],
    [
      'anything with a token that names no node',
      write(told, { userInfo: { username: daemon } }),
      [expect.stringContaining('does not name its node'), otherNode],
    ],
    [
      'anything with a token whose extra values are others',
      write(told, { userInfo: { username: daemon, extra: { other: ['node-1'] } } }),
      [expect.stringContaining('does not name its node'), otherNode],
    ],
    ['another annotation', write(changed({ annotations: { 'k8s.v1.cni.cncf.io/networks': 'b' } })), [annotation]],
    ['a new annotation', write(changed({ annotations: { more: '' } })), [annotation]],
    [
      'an annotation that only begins like it',
      write(changed({ annotations: { [`${networkStatus}es`]: '[]' } })),
      [annotation],
    ],
    ['an annotation that goes', write(without()), [annotation]],
    ['all annotations that go', write({ ...pod, metadata: { ...pod.metadata, annotations: undefined } }), [annotation]],
    ['a label', write(changed({ metadata: { labels: { app: 'web' } } })), [metadata]],
    ['labels that go', write(changed({ metadata: { labels: undefined } })), [metadata]],
    ['owners', write(changed({ metadata: { ownerReferences: [] } })), [metadata]],
    ['finalizers', write(changed({ metadata: { finalizers: ['x/y'] } })), [metadata]],
    ['the phase', write(changed({ status: { phase: 'Failed' } })), [status]],
    ['the address', write(changed({ status: { podIP: '10.0.0.3' } })), [status]],
    ['a field of the status that is new', write(changed({ status: { hostIP: '1.2.3.4' } })), [status]],
    ['a field of the status that goes', write(changed({ status: { podIP: undefined } })), [status]],
    ['the status that goes', write({ ...pod, status: undefined }), [status]],
    ['the condition Ready', write(changed({ status: { conditions: [{ type: 'Ready', status: 'False' }] } })), [status]],
    ['conditions that go', write(changed({ status: { conditions: [] } })), [status]],
    [
      'a condition that only begins like its own',
      write(
        changed({
          status: {
            conditions: [
              { type: 'Ready', status: 'True' },
              { type: 'plexus-cni.io/NetworksInSyncX', status: 'True' },
            ],
          },
        }),
      ),
      [status],
    ],
    ['pods themselves', write(told, { subResource: '' }), ['Plexus may change pods only through pods/status']],
    [
      'another subresource',
      write(told, { subResource: 'ephemeralcontainers' }),
      ['Plexus may change pods only through pods/status'],
    ],
    ['to delete a pod', write(told, { operation: 'DELETE' }), ['Plexus may change pods only through pods/status']],
  ])('%s', (_what, request, messages) => {
    expect(mayPatchStatus(policy, request)).toEqual(messages);
  });
});

describe('the policy', () => {
  it('applies to the daemon only, and fails closed', () => {
    const others = [
      'system:node:node-1',
      'system:serviceaccount:default:plexus',
      'system:serviceaccount:kube-system:plexus2',
      'admin',
    ];
    for (const username of others)
      expect(
        mayPatchStatus(policy, write(changed({ status: { phase: 'Failed' } }), { userInfo: { username } })),
        username,
      ).toEqual([]);
    expect(policy.spec.failurePolicy).toBe('Fail');
    expect(binding).toMatchObject({ spec: { policyName: policy.metadata.name, validationActions: ['Deny'] } });
  });
  it('covers pods and all their subresources, in every version, with every operation', () => {
    expect(policy.spec.matchConstraints).toEqual({
      matchPolicy: 'Equivalent',
      resourceRules: [{ apiGroups: [''], apiVersions: ['*'], operations: ['*'], resources: ['pods', 'pods/*'] }],
    });
  });
  it('denies with Forbidden, because the daemon treats Invalid (422) as a deleted pod', () => {
    expect(new Set(policy.spec.validations.map(({ reason }) => reason))).toEqual(new Set(['Forbidden']));
  });
  it('consists of expressions that a CEL checker accepts', () => {
    const environment = new Environment({ unlistedVariablesAreDyn: true });
    const { matchConditions, variables, validations } = policy.spec;
    for (const { expression } of [...matchConditions, ...variables, ...validations])
      expect(environment.check(expression), expression).toMatchObject({ valid: true });
  });
});
