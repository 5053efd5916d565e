import type { Labels } from '../npwg/index.ts';
import { type ApiAnswer, type ApiRequest, type Shape, metadataOnly, pathSegment } from '../kube/index.ts';
import { textLabels } from './cluster.ts';

const shape: Shape = { keys: { metadata: { keys: { labels: { wholeBytes: 1024 * 1024 } } } } };

interface NamespaceObject {
  readonly metadata?: { readonly labels?: Readonly<Record<string, unknown>> };
}

/** Reads the labels of a namespace with one request; undefined if it does not exist (404). */
export async function namespaceLabels(
  namespace: string,
  send: (request: ApiRequest) => Promise<ApiAnswer>,
): Promise<Labels | undefined> {
  const { status, body } = await send({
    verb: 'get',
    resource: 'namespaces',
    path: `/api/v1/namespaces/${pathSegment(namespace)}`,
    accept: metadataOnly,
    shape: () => shape,
    what: `get namespace ${namespace}`,
  });
  return status === 404 ? undefined : textLabels((body as NamespaceObject | undefined)?.metadata?.labels);
}
