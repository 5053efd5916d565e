const safeName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Whether a text is a valid container ID or network name (CNI-17). */
export const isContainerId = (text: string): boolean => safeName.test(text);
export const isNetworkName = (text: string): boolean => safeName.test(text);

/** Whether a text is a valid plugin `type`: a bare file name (CNI-42, CNI-47). */
export const isPluginType = (text: string): boolean =>
  text !== '' && text !== '.' && text !== '..' && !/[/\0]/.test(text);

const rules: readonly (readonly [isBad: (text: string) => boolean, why: string])[] = [
  [(text) => text === '', 'it is empty'],
  [(text) => new TextEncoder().encode(text).length > 15, 'it is longer than 15 bytes'],
  [(text) => text === '.' || text === '..', 'it is a directory under /sys/class/net'],
  [(text) => /[/:]/.test(text), 'it contains "/" or ":"'],
  [(text) => /[\s\u0085\0]/.test(text), 'it contains white space'],
  [(text) => text.includes('%'), 'it contains "%", which the kernel replaces with a number'],
];

/** Why the kernel or CNI rejects an interface name; undefined if it is valid (CNI-18, NPWG-40). */
export const interfaceNameProblem = (text: string): string | undefined => rules.find(([isBad]) => isBad(text))?.[1];
