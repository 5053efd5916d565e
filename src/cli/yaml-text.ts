import { stringify } from 'yaml';

/** Data as YAML: every value in full, no line folded. Apart from output.ts because few calls need the package. */
export const yamlText = (value: unknown): string => stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
