import type { JsonObject } from './json.ts';

const linkKeys = ['master', 'device', 'hwaddr', 'kernelpath', 'pciBusID', 'deviceID', 'bridge'];
const isAboutLink = /link not found|no such (device|network interface|file or directory)|cannot find|does not exist/i;

/** Names the links of a plugin's configuration that its message about a missing link or device omits. */
export function unnamedLinks(input: JsonObject, message: string): string {
  if (/no default route interface/i.test(message) && (input['master'] ?? '') === '')
    return ' ("master" is not set: the plugin looks for the interface of the default route)';
  if (!isAboutLink.test(message)) return '';
  const unnamed = linkKeys.filter(
    (key) => typeof input[key] === 'string' && input[key] !== '' && !message.includes(input[key]),
  );
  return unnamed.length === 0
    ? ''
    : ` (its configuration names ${unnamed.map((key) => `${key} ${JSON.stringify(input[key])}`).join(', ')})`;
}
