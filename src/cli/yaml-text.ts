import { Document, isScalar, visit } from 'yaml';
import { escapeInvisible, hasInvisible } from '../report/index.ts';

/**
 * Formats data as YAML: every value in full, no folded line, no invisible character. A separate file, because few calls
 * need the package.
 */
export function yamlText(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      // Quoted strings support escapes.
      if (isScalar(node) && typeof node.value === 'string' && hasInvisible(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return escapeInvisible(document.toString({ lineWidth: 0 }));
}
