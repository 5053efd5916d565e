import { type JsonValue, isJsonObject } from '../cni/index.ts';
import { type Nad, nadConfiguration } from '../npwg/index.ts';
import { didYouMean } from './did-you-mean.ts';
import { shownValue } from './shown.ts';

/**
 * Returns where a NetworkAttachmentDefinition declares a capability in a way that reaches no plugin, and what to write
 * instead; '' if it does not. Part of the message about a request that the capability would serve.
 */
export function misplacedCapability(nad: Nad | undefined, capability: string): string {
  const found = nad?.config === undefined ? undefined : search(nadConfiguration(nad) ?? {}, capability, []);
  if (found === undefined) return '';
  const place = `spec.config.${shownValue(found.path.join('.'))}${lineOf(nad?.config ?? '', found.path.at(-1) ?? '')}`;
  return `; it is declared ${found.problem}, at ${place}: write "capabilities": {"${capability}": true} beside the "type" of the plugin`;
}

interface Misplaced {
  readonly path: readonly string[];
  readonly problem: string;
}

function search(value: JsonValue, capability: string, path: readonly string[]): Misplaced | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isPlugin = isJsonObject(value) && typeof value['type'] === 'string' && path.at(-1) !== 'ipam';
  for (const [key, each] of Object.entries(value as object) as readonly (readonly [string, JsonValue])[]) {
    const inner = [...path, key];
    const found =
      isCapabilitiesKey(key) && namesCapability(each, capability)
        ? { path: inner, problem: problemOf(key, each, isPlugin) }
        : search(each, capability, inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isCapabilitiesKey = (key: string): boolean => didYouMean(key, ['capabilities', 'capability']) !== undefined;

/** Returns whether a value names a capability, however it is written. */
function namesCapability(value: JsonValue, capability: string): boolean {
  if (Array.isArray(value)) return value.includes(capability);
  return isJsonObject(value)
    ? Object.keys(value).some((key) => key.toLowerCase() === capability.toLowerCase())
    : value === capability;
}

function problemOf(key: string, value: JsonValue, isPlugin: boolean): string {
  if (!isPlugin) return 'at the wrong level';
  return key === 'capabilities'
    ? `with the wrong value ${shownValue(JSON.stringify(value))}`
    : `under the wrong name ${shownValue(JSON.stringify(key))}`;
}

/** Returns ", line 4" if the text contains the key exactly once. */
function lineOf(config: string, key: string): string {
  const [before = '', after, ...more] = config.split(JSON.stringify(key));
  return after === undefined || more.length > 0 || !config.trim().includes('\n')
    ? ''
    : `, line ${before.split('\n').length}`;
}
