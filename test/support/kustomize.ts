import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { KubeObject } from './api-server/index.ts';
import { strategicMerge } from './api-server/strategic-merge.ts';

interface Kustomization {
  readonly apiVersion: string;
  readonly kind: 'Kustomization' | 'Component';
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly { readonly path: string }[];
}
const known: readonly string[] = ['apiVersion', 'kind', 'resources', 'components', 'patches'];

/**
 * Renders a kustomization as kustomize does, for the features that deploy/ uses: resources, then components, then
 * strategic merge patches. Rejects any other feature, so that nothing is silently skipped. Where kubectl is installed,
 * tests compare the result with kustomize itself.
 */
export async function renderKustomization(
  folder: string,
  components: readonly string[] = [],
): Promise<readonly KubeObject[]> {
  const kustomization = parse(await readFile(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
  const extra = Object.keys(kustomization).filter((key) => !known.includes(key));
  if (extra.length > 0)
    throw new Error(`${folder}/kustomization.yaml: ${extra.join(', ')} is not known to this renderer`);
  const objects: KubeObject[] = [];
  for (const resource of kustomization.resources ?? []) objects.push(...(await resourcesOf(join(folder, resource))));
  const more = [...(kustomization.components ?? []).map((path) => join(folder, path)), ...components];
  let rendered = await patched(objects, folder, kustomization.patches ?? []);
  for (const component of more) rendered = await withComponent(rendered, component);
  return rendered;
}

async function resourcesOf(path: string): Promise<readonly KubeObject[]> {
  if ((await stat(path)).isDirectory()) return renderKustomization(path);
  return parseAllDocuments(await readFile(path, 'utf8')).map((document) => document.toJS() as KubeObject);
}

async function withComponent(objects: readonly KubeObject[], folder: string): Promise<readonly KubeObject[]> {
  const {
    kind,
    resources = [],
    components = [],
    patches = [],
  } = parse(await readFile(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
  if (kind !== 'Component') throw new Error(`${folder} is no component`);
  let rendered = objects;
  for (const resource of resources) rendered = [...rendered, ...(await resourcesOf(join(folder, resource)))];
  for (const path of components) rendered = await withComponent(rendered, join(folder, path));
  return patched(rendered, folder, patches);
}

async function patched(
  objects: readonly KubeObject[],
  folder: string,
  patches: readonly { readonly path: string }[],
): Promise<readonly KubeObject[]> {
  let result = objects;
  for (const { path } of patches) {
    const patch = parse(await readFile(join(dirname(join(folder, path)), path), 'utf8')) as KubeObject;
    if (!result.some((object) => isSame(object, patch))) throw new Error(`${folder}/${path} patches nothing`);
    result = result.map((object) => (isSame(object, patch) ? (strategicMerge(object, patch) as KubeObject) : object));
  }
  return result;
}

const isSame = (one: KubeObject, other: KubeObject): boolean =>
  one.kind === other.kind &&
  one.metadata.name === other.metadata.name &&
  one.metadata.namespace === other.metadata.namespace;
