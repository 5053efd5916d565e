import { asObject, asText, isObject, type KubeObject, valueAt } from './json.ts';
import type { Column } from './resource-type.ts';

const day = 86_400;

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
  cell: (object) => object.metadata.name,
};

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
  priority: 0,
  cell: (object) => ageOf(object.metadata.creationTimestamp),
};

export const podColumns: readonly Column[] = [
  nameColumn,
  column(
    'Ready',
    (pod) => `${containerStatuses(pod).filter((c) => c['ready'] === true).length}/${containerCount(pod)}`,
  ),
  column('Status', (pod) => (pod.metadata.deletionTimestamp ? 'Terminating' : valueAt(pod, ['status', 'phase']))),
  column('Restarts', (pod) =>
    String(containerStatuses(pod).reduce((sum, c) => sum + Number(c['restartCount'] ?? 0), 0)),
  ),
  ageColumn,
  { ...column('IP', (pod) => valueAt(pod, ['status', 'podIP']) ?? '<none>'), priority: 1 },
  { ...column('Node', (pod) => valueAt(pod, ['spec', 'nodeName']) ?? '<none>'), priority: 1 },
];

export const eventColumns: readonly Column[] = [
  column('Last Seen', (event) => ageOf(asText(event['lastTimestamp'], asText(event['eventTime'])))),
  column('Type', (event) => event['type']),
  column('Reason', (event) => event['reason']),
  column('Object', (event) => {
    const about = asObject(event['involvedObject']);
    return `${String(about['kind']).toLowerCase()}/${String(about['name'])}`;
  }),
  column('Message', (event) => event['message']),
  { ...nameColumn, priority: 1 },
];

export const namespaceColumns: readonly Column[] = [
  nameColumn,
  column('Status', (namespace) => valueAt(namespace, ['status', 'phase'])),
  ageColumn,
];

/** The additionalPrinterColumns of a version in a CustomResourceDefinition; Age if there are none. */
export function customColumns(declared: unknown): Column[] {
  if (!Array.isArray(declared) || declared.length === 0) return [nameColumn, ageColumn];
  return [nameColumn, ...declared.filter(isObject).map((entry) => customColumn(entry))];
}

function customColumn(entry: Record<string, unknown>): Column {
  const type = String(entry['type']);
  const path = splitJsonPath(String(entry['jsonPath']));
  return {
    name: String(entry['name']),
    type,
    description: asText(entry['description']),
    priority: Number(entry['priority'] ?? 0),
    cell(object) {
      const value = valueAt(object, path) ?? null;
      return type === 'date' && typeof value === 'string' ? ageOf(value) : value;
    },
  };
}

/** The keys of a simple JSONPath: `.a.b\.c/d` are a and "b.c/d". */
const splitJsonPath = (path: string): string[] =>
  (path.match(/(?:\\.|[^.\\])+/g) ?? []).map((key) => key.replaceAll(/\\(.)/g, '$1'));

function column(name: string, cell: Column['cell']): Column {
  return { name, type: 'string', description: name, priority: 0, cell };
}

const containerStatuses = (pod: KubeObject): Record<string, unknown>[] => {
  const statuses = valueAt(pod, ['status', 'containerStatuses']);
  return Array.isArray(statuses) ? statuses.filter(isObject) : [];
};

const containerCount = (pod: KubeObject): number => {
  const containers = valueAt(pod, ['spec', 'containers']);
  return Array.isArray(containers) ? containers.length : 0;
};

/** An age in the form of kubectl: 45s, 3m20s, 14m, 5h2m, 3d, 2y. */
function ageOf(time: string): string {
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time)) / 1000));
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 600) return twoUnits(seconds, [60, 'm'], [1, 's']);
  if (seconds < 3 * 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 8 * 3600) return twoUnits(seconds, [3600, 'h'], [60, 'm']);
  if (seconds < 2 * day) return `${Math.floor(seconds / 3600)}h`;
  return seconds < 730 * day ? `${Math.floor(seconds / day)}d` : `${Math.floor(seconds / (365 * day))}y`;
}

function twoUnits(seconds: number, big: readonly [number, string], small: readonly [number, string]): string {
  const rest = Math.floor((seconds % big[0]) / small[0]);
  return `${Math.floor(seconds / big[0])}${big[1]}${rest === 0 ? '' : `${rest}${small[1]}`}`;
}
