import { type JsonObject, type JsonValue, isJsonObject, parseJson } from '../cni/index.ts';
import { deviceInfoInvalid, problemOf } from '../errors/index.ts';
import { nestingProblem } from './nesting.ts';
import { validate } from './device-info.schema.gen.js';

/** Where device information lies unless the node's configuration says otherwise (NPWG-110). */
export const usualDeviceInfoDir = '/var/run/k8s.cni.cncf.io/devinfo';
/** Capability by which a plugin is told where its device information is (NPWG-114). */
export const deviceInfoCapability = 'CNIDeviceInfoFile';

/** The file that a device plugin writes about one of its devices (NPWG-110). */
export const devicePluginInfoFile = (folder: string, resource: string, id: string): string =>
  `${folder}/dp/${withoutSlashes(resource)}-${withoutSlashes(id)}-device.json`;

/** The file of one attachment, for its plugins to read and write; named as Multus names it (NPWG-111). */
export function attachmentInfoFile(
  folder: string,
  {
    network,
    containerId,
    interfaceName,
  }: { readonly network: string; readonly containerId: string; readonly interfaceName: string },
): string {
  const end = `-${containerId}_${interfaceName}`; // no other attachment has it, so what is before may be cut off
  return `${folder}/cni/${withoutSlashes(network).slice(0, Math.max(0, longestFileName - end.length))}${end}`;
}

const longestFileName = 255;

const withoutSlashes = (text: string): string => text.replaceAll('/', '-');

/**
 * Device information as it stands in such a file; keys that the specification does not know stay. `file` is for
 * messages. deviceInfoInvalid (NPWG-117).
 */
export function parseDeviceInfo(text: string, file: string): JsonObject {
  const json = parsed(text, file);
  const problem = isJsonObject(json) ? nestingProblem(json) : 'it is not an object';
  if (!isJsonObject(json) || problem !== undefined)
    throw deviceInfoInvalid({ file, problem: problem ?? 'it is not an object' });
  if (!validate(json)) throw deviceInfoInvalid({ file, problem: firstProblem() });
  return json;
}

function parsed(text: string, file: string): JsonValue {
  try {
    return parseJson(text, file);
  } catch (error) {
    throw deviceInfoInvalid({ file, problem: problemOf(error) }, { cause: error });
  }
}

function firstProblem(): string {
  const [first] = validate.errors ?? [];
  const values = first?.params['allowedValues'];
  const place = first?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  return `${place === '' ? 'it' : place} ${Array.isArray(values) ? `must be ${values.join(', ')}` : (first?.message ?? 'is invalid')}`;
}
