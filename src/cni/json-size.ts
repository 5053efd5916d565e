/** The size of a JSON text, whether or not it is well-formed. */
export interface JsonSize {
  /** The nesting depth of lists and objects. */
  readonly levels: number;
  /** The number of commas and opening brackets. A text holds at most 2n + 1 lists, objects, values and members. */
  readonly elements: number;
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Measures a JSON text in one pass without decoding it. Brackets and commas inside strings do not count. */
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

/** The position of the closing quote, or the end of the text if there is none. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at++;
  }
  return text.length;
}
