import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type ApiServer, type JsonObject, startApiServer } from '../support/api-server/index.ts';
import { runProgram } from '../support/plexus-command.ts';

let server: ApiServer;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
const account = 'system:serviceaccount:shop:db';
const canUse = (...words: readonly string[]) =>
  runProgram('plexus', ['can-use', ...words, '--kubeconfig', join(folder.path, 'config')]);

beforeAll(async () => {
  server = await startApiServer({ authorizeAs: 'rbac' });
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-can-use-'));
  await server.writeKubeconfig(join(folder.path, 'config'));
  const nad = (name: string, annotations: object) =>
    server.put('network-attachment-definitions', {
      metadata: { name, namespace: 'storage', annotations },
      spec: { config: '{"cniVersion":"1.0.0","type":"bridge"}' },
    });
  nad('open', {});
  nad('san', { 'plexus-cni.io/require-use': 'true' });
});
afterAll(async () => {
  await server?.close();
  await folder?.remove();
});

describe('plexus can-use', () => {
  it('shows that a ServiceAccount lacks the permission, and the objects that grant exactly what it needs', async () => {
    const refused = await canUse('storage/san', '--as', account);
    expect(refused).toEqual({
      code: 1,
      stdout: `Network storage/san requires the permission "use" (annotation plexus-cni.io/require-use).
${account} does not have the permission.
To grant it, apply:
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: use-san
  namespace: storage
rules:
  - apiGroups:
      - k8s.cni.cncf.io
    resources:
      - network-attachment-definitions
    resourceNames:
      - san
    verbs:
      - use
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: use-san
  namespace: storage
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: use-san
subjects:
  - kind: ServiceAccount
    namespace: shop
    name: db
`,
      stderr: '',
    });
    const [role, binding] = parseAllDocuments(refused.stdout.replace(/^[^]*?---/, '')).map(
      (each) => each.toJS() as JsonObject,
    );
    server.put('roles', role ?? {});
    server.put('rolebindings', binding ?? {});
    expect(await canUse('san', '-n', 'storage', '--as', account, '-o', 'json')).toMatchObject({ code: 0 });
  });

  it('finds a network that requires no permission usable', async () => {
    const { code, stdout } = await canUse('storage/open', '--as', 'bob', '-o', 'json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ isRequired: false, isGranted: false, mayUse: true }),
    ]);
  });

  it('reports what it cannot check with status 2', async () => {
    expect(await canUse('storage/absent')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('PLX-NAD-NOT-FOUND') as string,
    });
    expect(await canUse('storage/san,storage/open')).toMatchObject({ code: 2 });
  });
});

describe('plexus plan', () => {
  it('notes that a network requires the permission', async () => {
    const pod = join(folder.path, 'pod.yaml');
    const annotations = { 'k8s.v1.cni.cncf.io/networks': 'storage/san' };
    await writeFile(pod, JSON.stringify({ kind: 'Pod', metadata: { name: 'p', namespace: 'shop', annotations } }));
    const words = ['plan', '--pod', pod, '--kubeconfig', join(folder.path, 'config'), '-o', 'yaml'];
    const { stdout } = await runProgram('plexus', words);
    expect((parse(stdout) as { readonly notes: readonly string[] }).notes).toEqual([
      'network storage/san requires the permission "use" (annotation plexus-cni.io/require-use): plexus can-use storage/san shows who has it',
    ]);
  });
});
