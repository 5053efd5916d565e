/** The section of one version in a changelog; undefined if there is none. */
export function notesOf(changelog: string, version: string): string | undefined {
  const [, ...sections] = changelog.split(/^(?=## )/m);
  const section = sections.find((text) => /^## \[?([^\s\]]+)/.exec(text)?.[1] === version);
  return section === undefined ? undefined : `${section.slice(section.indexOf('\n') + 1).trim()}\n`;
}
