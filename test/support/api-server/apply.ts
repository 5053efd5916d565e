import { badRequest, failure } from './api-error.ts';
import { deviceKey, devicesOf } from './claim-rules.ts';
import { asObject, asText, isObject, type JsonObject, type KubeObject, sameJson } from './json.ts';
import { currentObject, type Target, timestamp, updateObject } from './write.ts';

/** Whether server-side apply is supported: only for what drivers publish in the status of a ResourceClaim. */
export const isApplied = ({ type, request }: Target, contentType: string): boolean =>
  contentType === 'application/apply-patch+yaml' &&
  type.plural === 'resourceclaims' &&
  request.subresource === 'status';

// The fields of one entry, by name: each value of networkData, each condition by its type, everything else as a whole.
type Leaves = ReadonlyMap<string, unknown>;
/** The owners of the fields of each entry. */
interface Owned {
  readonly manager: string;
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

/**
 * Server-side apply ("Server-Side Apply", Kubernetes reference) of status.devices. Removes fields that the manager
 * wrote before and no longer lists, unless another manager owns them too. Throws 400 without a manager; without force,
 * 409 for a field with another value and owner.
 */
export async function applyObject(target: Target, body: unknown): Promise<KubeObject> {
  const { request, type } = target;
  const manager = request.query.get('fieldManager') ?? '';
  if (manager === '')
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  if (manager.length > 128)
    throw badRequest('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes');
  if (!isObject(body)) throw badRequest('the body of the request is not a JSON object');
  const current = currentObject(target);
  const entries = entriesOf(body);
  const others = ownersIn(current).filter((each) => each.manager !== manager);
  const before = ownersIn(current).find((each) => each.manager === manager)?.fields ?? {};
  const inTheWay = conflicts(entries, entriesOf(current), others, before);
  if (inTheWay.length > 0 && request.query.get('force') !== 'true') throw applyConflict(inTheWay);
  const mine = Object.fromEntries([...entries].map(([key, leaves]) => [key, [...leaves.keys()]]));
  const kept = others.map((each) => ({
    ...each,
    fields: without(
      each.fields,
      inTheWay.filter(({ owner }) => owner === each.manager),
    ),
  }));
  const devices = merged({
    current: entriesOf(current),
    entries,
    gone: minus(minus(before, mine), ...kept.map(({ fields }) => fields)),
  });
  const managedFields = [...kept, { manager, fields: mine }].map((each) =>
    entryOf(each, `${type.group}/${type.version}`),
  );
  const metadata = { ...current.metadata, uid: asText(asObject(body['metadata'])['uid']) || current.metadata.uid };
  return updateObject({ ...target, managedFields }, 'patch', (shown) => ({
    ...shown,
    metadata,
    status: { ...asObject(shown['status']), devices },
  }));
}

const keys = ['driver', 'pool', 'device', 'shareID'];

const entriesOf = (claim: JsonObject): ReadonlyMap<string, Leaves> =>
  new Map(devicesOf(claim).map((entry) => [deviceKey(entry), leavesOf(entry)]));

function leavesOf(entry: JsonObject): Leaves {
  const { networkData, conditions, ...rest } = entry;
  return new Map<string, unknown>([
    ...Object.entries(rest),
    ...Object.entries(asObject(networkData)).map(([key, value]) => [`networkData.${key}`, value] as const),
    ...(Array.isArray(conditions) ? conditions.filter(isObject) : []).map(
      (each) => [`conditions.${asText(each['type'])}`, each] as const,
    ),
  ]);
}

function entryFrom(leaves: Leaves): JsonObject {
  const under = (prefix: string): [string, unknown][] =>
    [...leaves].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]);
  const networkData = under('networkData.');
  const conditions = under('conditions.').map(([, value]) => value);
  return {
    ...Object.fromEntries([...leaves].filter(([name]) => !name.includes('.'))),
    ...(conditions.length > 0 && { conditions }),
    ...(networkData.length > 0 && { networkData: Object.fromEntries(networkData) }),
  };
}

interface Conflict {
  readonly key: string;
  readonly leaf: string;
  readonly owner: string;
}

function conflicts(
  entries: ReadonlyMap<string, Leaves>,
  current: ReadonlyMap<string, Leaves>,
  others: readonly Owned[],
  before: Owned['fields'],
): Conflict[] {
  return [...entries].flatMap(([key, leaves]) =>
    [...leaves].flatMap(([leaf, value]) => {
      const there = current.get(key);
      if (there === undefined || !there.has(leaf) || sameJson(there.get(leaf), value)) return [];
      const owners = others.filter(({ fields }) => fields[key]?.includes(leaf)).map(({ manager }) => manager);
      // Fields that no manager applied come from an update.
      const all = owners.length === 0 && !before[key]?.includes(leaf) ? ['before-first-apply'] : owners;
      return all.map((owner) => ({ key, leaf, owner }));
    }),
  );
}

const applyConflict = (found: readonly Conflict[]): Error =>
  failure({
    code: 409,
    reason: 'Conflict',
    message: `Apply failed with ${found.length} conflict${found.length === 1 ? '' : 's'}: ${found.map(({ owner, leaf }) => `conflict with "${owner}": .status.devices.${leaf}`).join(', ')}`,
    details: {
      causes: found.map(({ owner, key, leaf }) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with "${owner}" with subresource "status" using resource.k8s.io/v1`,
        field: `.status.devices[${key}].${leaf}`,
      })),
    },
  });

type Fields = Owned['fields'];

const without = (fields: Fields, taken: readonly Conflict[]): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, leaves]) => [
      key,
      leaves.filter((leaf) => !taken.some((each) => each.key === key && each.leaf === leaf)),
    ]),
  );

const minus = (fields: Fields, ...others: readonly Fields[]): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, leaves]) => [
      key,
      leaves.filter((leaf) => !others.some((other) => other[key]?.includes(leaf))),
    ]),
  );

function merged({
  current,
  entries,
  gone,
}: {
  current: ReadonlyMap<string, Leaves>;
  entries: ReadonlyMap<string, Leaves>;
  gone: Fields;
}): JsonObject[] {
  return [...new Set([...current.keys(), ...entries.keys()])].flatMap((key) => {
    const left = [...(current.get(key) ?? [])].filter(([leaf]) => !gone[key]?.includes(leaf));
    const leaves = new Map([...left, ...(entries.get(key) ?? [])]);
    // An entry is removed with its last owner.
    return [...leaves.keys()].some((leaf) => keys.includes(leaf)) ? [entryFrom(leaves)] : [];
  });
}

// fieldsV1 has one level here; a real server nests it.
const entryOf = ({ manager, fields }: Owned, apiVersion: string): JsonObject => ({
  manager,
  operation: 'Apply',
  apiVersion,
  time: timestamp(),
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:status': { 'f:devices': fields } },
  subresource: 'status',
});

function ownersIn(object: KubeObject): Owned[] {
  const managed = object.metadata['managedFields'];
  return (Array.isArray(managed) ? managed.filter(isObject) : []).map((each) => ({
    manager: asText(each['manager']),
    fields: asObject(asObject(asObject(each['fieldsV1'])['f:status'])['f:devices']) as Fields,
  }));
}
