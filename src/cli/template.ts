/** A part of a template: text, a path whose values are printed, or parts for each value of a path. */
export type TemplatePart =
  | string
  | { readonly path: string }
  | { readonly over: string; readonly parts: readonly TemplatePart[] };

const pieces = /\{(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^{}"'])*\}|[^{}]+|[{}]/g;

/** Parses a template of kubectl. Throws an error with a message for the user. */
export function parseTemplate(template: string): readonly TemplatePart[] {
  const open: Range[] = [{ over: '', parts: [] }];
  for (const piece of template.match(pieces) ?? []) {
    const [, expression] = /^\{\s*(.*?)\s*\}$/s.exec(piece) ?? [];
    if (expression?.startsWith('range ') === true)
      open.push({ over: expression.slice('range '.length).trim(), parts: [] });
    else if (expression === 'end') close(open);
    else open.at(-1)?.parts.push(expression === undefined ? textOf(piece) : partOf(expression));
  }
  const [whole, unclosed] = open;
  if (unclosed !== undefined) throw new Error('in the template, {range} without {end}');
  return whole?.parts ?? [];
}

interface Range {
  readonly over: string;
  readonly parts: TemplatePart[];
}

function close(open: Range[]): void {
  const last = open.length > 1 ? open.pop() : undefined;
  if (last === undefined) throw new Error('in the template, {end} without {range}');
  open.at(-1)?.parts.push(last);
}

function textOf(piece: string): string {
  if (piece === '{' || piece === '}') throw new Error(`in the template, ${piece} without its counterpart`);
  return piece;
}

function partOf(expression: string): TemplatePart {
  if (expression.startsWith('"')) return JSON.parse(expression) as string;
  return expression.startsWith("'") ? expression.slice(1, -1) : { path: expression };
}
