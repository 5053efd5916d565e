import { notAcceptable } from './api-error.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { apiVersionOf, type ResourceType, shown } from './resource-type.ts';

/** The form in which a client requests objects: whole, metadata only, or as table rows. */
export interface Representation {
  readonly form: 'whole' | 'metadata' | 'metadata-list' | 'table';
  /** v1 or v1beta1 of meta.k8s.io */
  readonly version: string;
  /** What table rows contain. */
  readonly rowObject: 'None' | 'Metadata' | 'Object';
}

export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** Reads Accept and includeObject: the first supported form wins. Throws 406 if there is none. */
export function readRepresentation(accept: string, query: URLSearchParams): Representation {
  const offers = (accept === '' ? '*/*' : accept).split(',').map((entry) => readOffer(entry));
  const chosen = offers.find((offer) => offer !== undefined);
  if (!chosen) throw notAcceptable();
  const include = query.get('includeObject');
  return { ...chosen, rowObject: include === 'None' || include === 'Object' ? include : 'Metadata' };
}

/** Throws 406 for a form of lists. */
export function representObject(type: ResourceType, stored: KubeObject, how: Representation): JsonObject {
  const object = shown(type, stored);
  switch (how.form) {
    case 'whole':
      return object;
    case 'metadata':
      return metadataOnly(object, how);
    case 'metadata-list':
      throw notAcceptable(
        `you requested PartialObjectMetadataList, but the requested object is not a list (${type.kind})`,
      );
    case 'table':
      return table({ type, objects: [stored], how, metadata: { resourceVersion: stored.metadata.resourceVersion } });
  }
}

/** Throws 406 for a form of single objects. */
export function representList(
  type: ResourceType,
  list: { objects: readonly KubeObject[]; metadata: ListMeta },
  how: Representation,
): JsonObject {
  const { objects, metadata } = list;
  switch (how.form) {
    case 'whole':
      return {
        kind: `${type.kind}List`,
        apiVersion: apiVersionOf(type),
        metadata,
        items: objects.map((object) => shown(type, object)),
      };
    case 'metadata':
      throw notAcceptable(`you requested PartialObjectMetadata, but the requested object is a list (${type.kind}List)`);
    case 'metadata-list':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${how.version}`,
        metadata,
        items: objects.map((object) => metadataOnly(object, how)),
      };
    case 'table':
      return table({ type, objects, how, metadata });
  }
}

/** A BOOKMARK contains only the version and the type. */
export function representBookmark(type: ResourceType, metadata: JsonObject, how: Representation): JsonObject {
  const version = `meta.k8s.io/${how.version}`;
  switch (how.form) {
    case 'whole':
      return { kind: type.kind, apiVersion: apiVersionOf(type), metadata };
    case 'metadata':
    case 'metadata-list':
      return { kind: 'PartialObjectMetadata', apiVersion: version, metadata };
    case 'table':
      return { kind: 'Table', apiVersion: version, metadata, columnDefinitions: null, rows: [] };
  }
}

const forms: Readonly<Record<string, Representation['form']>> = {
  Table: 'table',
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadata-list',
};

function readOffer(entry: string): Omit<Representation, 'rowObject'> | undefined {
  const [media = '', ...pairs] = entry.split(';').map((part) => part.trim());
  if (!['application/json', 'application/*', '*/*'].includes(media)) return undefined;
  const parameters = new Map(pairs.map((pair) => [pair.split('=')[0] ?? '', pair.split('=')[1] ?? '']));
  const as = parameters.get('as');
  if (as === undefined) return { form: 'whole', version: 'v1' };
  const form = forms[as];
  const version = parameters.get('v') ?? '';
  const known = parameters.get('g') === 'meta.k8s.io' && ['v1', 'v1beta1'].includes(version);
  return form && known ? { form, version } : undefined;
}

const metadataOnly = ({ metadata }: KubeObject, how: Representation): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${how.version}`,
  metadata,
});

interface TableParts {
  readonly type: ResourceType;
  readonly objects: readonly KubeObject[];
  readonly how: Representation;
  readonly metadata: ListMeta;
}

function table({ type, objects, how, metadata }: TableParts): JsonObject {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${how.version}`,
    metadata,
    columnDefinitions: type.columns.map(({ name, type: columnType, format = '', description, priority }) => ({
      name,
      type: columnType,
      format,
      description,
      priority,
    })),
    rows: objects.map((object) => ({
      cells: type.columns.map((column) => column.cell(object)),
      ...rowObject(type, object, how),
    })),
  };
}

function rowObject(type: ResourceType, object: KubeObject, how: Representation): JsonObject {
  if (how.rowObject === 'None') return {};
  return { object: how.rowObject === 'Object' ? shown(type, object) : metadataOnly(object, how) };
}
