/** Returns a page with the text between the marks of one part replaced. Throws if the marks are missing. */
export function withPart(page: string, part: string, text: string): string {
  const [begin, end] = [`<!-- ${part}: made by \`npm run make\` -->`, `<!-- end of ${part} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page lacks ${begin} or ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
}
