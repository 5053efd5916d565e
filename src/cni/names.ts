const safeName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** CNI-17: container IDs and network names. */
export const isContainerId = (text: string): boolean => safeName.test(text);
export const isNetworkName = (text: string): boolean => safeName.test(text);

/** A plugin's `type`: a bare file name (CNI-42, CNI-47). */
export const isPluginType = (text: string): boolean =>
  text !== '' && text !== '.' && text !== '..' && !/[/\0]/.test(text);

const rules: readonly (readonly [isBad: (text: string) => boolean, why: string])[] = [
  [(text) => text === '', 'it is empty'],
  [(text) => new TextEncoder().encode(text).length > 15, 'it is longer than 15 bytes'],
  [(text) => text === '.' || text === '..', 'it is a directory under /sys/class/net'],
  [(text) => /[/:]/.test(text), 'it contains "/" or ":"'],
  [(text) => /[\s\u0085\0]/.test(text), 'it contains white space'],
  [(text) => text.includes('%'), 'it contains "%", for which the kernel puts a number'],
];

/** Why the kernel or CNI refuses an interface name; undefined when it is valid (CNI-18, NPWG-40). */
export const interfaceNameProblem = (text: string): string | undefined => rules.find(([isBad]) => isBad(text))?.[1];
