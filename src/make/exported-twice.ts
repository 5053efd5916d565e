const declaration = /^export (?:declare )?(?:async )?(?:function\*?|const|let|class|interface|type) (\w+)/gm;

/**
 * Names that two files of src declare and export. A reader who meets such a name must first find out which is meant, so
 * each name has one meaning.
 */
export function exportedTwice(files: ReadonlyMap<string, string>): readonly string[] {
  const places = new Map<string, Set<string>>();
  for (const [file, text] of files)
    // Generated declarations repeat each other; the templates in src/make hold their text.
    if (!file.includes('.gen.') && !file.startsWith('src/make/'))
      for (const [, name = ''] of text.matchAll(declaration))
        places.set(name, (places.get(name) ?? new Set()).add(file));
  return [...places].flatMap(([name, at]) => (at.size > 1 ? [`${name} is exported by ${[...at].join(' and ')}`] : []));
}
