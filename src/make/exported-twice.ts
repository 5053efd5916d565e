const declaration = /^export (?:declare )?(?:async )?(?:function\*?|const|let|class|interface|type) (\w+)/gm;

/**
 * Finds names that two files of src declare and export. Each name must have one meaning, so that a reader need not find
 * out which one is meant.
 */
export function exportedTwice(files: ReadonlyMap<string, string>): readonly string[] {
  const places = new Map<string, Set<string>>();
  for (const [file, text] of files)
    // Generated declarations repeat each other, and the templates in src/make contain their text.
    if (!file.includes('.gen.') && !file.startsWith('src/make/'))
      for (const [, name = ''] of text.matchAll(declaration))
        places.set(name, (places.get(name) ?? new Set()).add(file));
  return [...places].flatMap(([name, at]) => (at.size > 1 ? [`${name} is exported by ${[...at].join(' and ')}`] : []));
}
