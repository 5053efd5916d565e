import { type JsonObject, type JsonValue, isJsonObject, parseJson } from '../cni/index.ts';
import { deviceInfoInvalid, problemOf } from '../errors/index.ts';
import { nestingProblem } from './nesting.ts';
import { validate } from './device-info.schema.gen.js';

/** The default folder of device information (NPWG-110). */
export const defaultDeviceInfoDir = '/var/run/k8s.cni.cncf.io/devinfo';
/** The capability that gives a plugin the path of its device information (NPWG-114). */
export const deviceInfoCapability = 'CNIDeviceInfoFile';

/** Returns the path of the file that a device plugin writes for one of its devices (NPWG-110). */
export const devicePluginInfoFile = (folder: string, resource: string, id: string): string =>
  `${folder}/dp/${withoutSlashes(resource)}-${withoutSlashes(id)}-device.json`;

/** Returns the path of one attachment's file, which its plugins read and write. Named as in Multus (NPWG-111). */
export function attachmentInfoFile(
  folder: string,
  {
    network,
    containerId,
    interfaceName,
  }: { readonly network: string; readonly containerId: string; readonly interfaceName: string },
): string {
  const end = `-${containerId}_${interfaceName}`; // unique to the attachment, so the part before it may be truncated
  return `${folder}/cni/${withoutSlashes(network).slice(0, Math.max(0, longestFileName - end.length))}${end}`;
}

const longestFileName = 255;

const withoutSlashes = (text: string): string => text.replaceAll('/', '-');

/**
 * Parses the content of such a file. Keys that the specification does not define are kept. `file` is for messages.
 * Throws deviceInfoInvalid (NPWG-117).
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
