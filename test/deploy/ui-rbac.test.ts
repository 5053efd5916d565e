import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startApiServer } from '../support/api-server/index.ts';
import { startUiOver } from '../support/running-ui.ts';
import { putSample } from '../support/sample-cluster.ts';
import { waitFor } from '../support/wait-for.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
const documents = parseAllDocuments(
  await readFile(join(import.meta.dirname, '../../deploy/components/ui/rbac.yaml'), 'utf8'),
).map((document) => document.toJS() as { kind: string; rules?: Rule[] });
const rules = documents.find(({ kind }) => kind === 'ClusterRole')?.rules ?? [];
const granted = rules.flatMap(({ apiGroups, resources, verbs }) =>
  apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))),
);

it('K8S-15: the rights in deploy/components/ui suffice for the page, only read, and none is unnecessary', async () => {
  const used = new Set<string>();
  const server = await startApiServer({
    authorize: ({ verb, group, resource, subresource }) => {
      const asked = `${verb} ${group}/${resource}${subresource === '' ? '' : `/${subresource}`}`;
      used.add(asked);
      return granted.includes(asked);
    },
  });
  putSample(server);
  const ui = await startUiOver(server, '/nowhere/plexus.sock', {}, { hosts: [] });
  await waitFor('every watch', async () => used.size >= granted.length);
  await ui.stop();
  await server.close();
  expect(granted.filter((each) => !/^(list|watch) /.test(each))).toEqual([]);
  expect([...used].toSorted()).toEqual(granted.toSorted());
});
