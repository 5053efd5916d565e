import type { Scalar } from 'yaml';

/** A character of a scalar's value and its offset in the source. */
interface Unit {
  readonly char: string;
  readonly offset: number;
}

/**
 * Returns the offset in the source for every character of a YAML scalar's value, and one more for the end. Exact for
 * all characters except white space; white space that YAML folds gets the offset of the text around it.
 */
export function scalarOffsets(source: string, type: Scalar.Type | undefined, value: string): readonly number[] {
  const units = unitsOf(source, type);
  const end: Unit = { char: '', offset: source.length };
  const offsets: number[] = [];
  let next = 0;
  for (const char of value.split('')) {
    if (!isSpace(char)) next = behindSpace(units, next);
    const unit = units[next] ?? end;
    offsets.push(unit.offset);
    if (unit.char === char) next++;
  }
  return [...offsets, (units[next] ?? end).offset];
}

function behindSpace(units: readonly Unit[], from: number): number {
  let next = from;
  while (isSpace(units[next]?.char ?? '')) next++;
  return next;
}

const isSpace = (char: string): boolean => /\s/.test(char);

function unitsOf(source: string, type: Scalar.Type | undefined): readonly Unit[] {
  switch (type) {
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      return literalUnits(source, source.indexOf('\n') + 1); // after the line of | or >
    case 'QUOTE_SINGLE':
      return quotedUnits(source, /''|./gs, (text) => text.slice(0, 1));
    case 'QUOTE_DOUBLE':
      return quotedUnits(source, /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|.)|./gs, unescaped);
    case 'PLAIN':
    case undefined:
      return literalUnits(source, 0);
  }
}

const literalUnits = (source: string, from: number): readonly Unit[] =>
  source
    .split('')
    .map((char, offset) => ({ char, offset }))
    .slice(from);

function quotedUnits(source: string, pattern: RegExp, decode: (text: string) => string): readonly Unit[] {
  const inner = source.slice(1, -1);
  return [...inner.matchAll(pattern)].flatMap(({ 0: text, index }) =>
    decode(text)
      .split('')
      .map((char) => ({ char, offset: index + 1 })),
  );
}

const short: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};

/** Decodes one escape of a double-quoted scalar; an escaped line break is empty. */
function unescaped(text: string): string {
  if (!text.startsWith('\\')) return text;
  const rest = text.slice(1);
  if (/^\r?\n/.test(rest)) return '';
  if (/^[xuU][0-9a-fA-F]{2,}$/.test(rest)) return String.fromCodePoint(Number.parseInt(rest.slice(1), 16));
  return short[rest] ?? rest;
}
