import { printable } from './table.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for XML and HTML. */
export const escaped = (text: string): string =>
  printable(text.toWellFormed()).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

/** Formats one element; its children are elements or escaped text. Numbers are rounded to tenths. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  children: readonly string[] = [],
): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? Math.round(value * 10) / 10 : escaped(value)}"`,
  );
  return children.length === 0
    ? `<${name}${pairs.join('')}/>`
    : `<${name}${pairs.join('')}>${children.join('')}</${name}>`;
}

/** Formats a text at a position. Beyond `most` characters it ends in "…", and its tooltip contains the full text. */
export function label(
  text: string,
  at: { readonly x: number; readonly y: number; readonly class: string },
  most = 200,
): string {
  const short = shortened(text, most);
  return element('text', at, [...(short === text ? [] : [element('title', {}, [escaped(text)])]), escaped(short)]);
}

export function shortened(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
