import { Document, isScalar, visit } from 'yaml';
import { escapeInvisible, hasInvisible } from '../report/index.ts';

/**
 * Data as YAML: every value in full, no line folded, no invisible character. Apart from output.ts because few calls
 * need the package.
 */
export function yamlText(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (isScalar(node) && typeof node.value === 'string' && hasInvisible(node.value)) node.type = 'QUOTE_DOUBLE'; // where escapes are read
    },
  });
  return escapeInvisible(document.toString({ lineWidth: 0 }));
}
