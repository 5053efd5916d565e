/** How much a JSON text holds, whether or not it is well-formed. */
export interface JsonSize {
  /** Of the deepest list or object. */
  readonly levels: number;
  /**
   * Commas and opening brackets: no text holds more lists, objects, values and members together than twice as many, and
   * one.
   */
  readonly elements: number;
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Measures a JSON text in one pass, without building anything of it. Brackets and commas inside of texts do not count.
 */
export function sizeOfJson(text: string): JsonSize {
  let [level, levels, elements] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfText(text, at);
    else if (code === comma) elements++;
    else if (code === openList || code === openObject) {
      elements++;
      levels = Math.max(levels, ++level);
    } else if (code === closeList || code === closeObject) level--;
  }
  return { levels, elements };
}

/** The place of the quote that ends a text, or the end of all. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at++;
  }
  return text.length;
}
