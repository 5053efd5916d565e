import { parseJson } from '../cni/index.ts';

/** A configuration, indented for people; unchanged if it is not JSON. */
export function indentedConfiguration(config: string): string {
  try {
    return JSON.stringify(parseJson(config, 'configuration'), null, 2);
  } catch {
    return config;
  }
}
