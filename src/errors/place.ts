/** Keys of objects and positions in lists, from the top. */
export type Path = readonly (string | number)[];

/** A path as users write it. */
export const keyText = (path: Path): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return /^[\w-]+$/.test(key) ? `${text}${text === '' ? '' : '.'}${key}` : `${text}[${JSON.stringify(key)}]`;
  }, '');

/** The place of a value in an annotation that names networks. */
export interface AnnotationPlace {
  /** The annotation. */
  readonly key: string;
  /** Index of the element, from 0; absent for the whole annotation. */
  readonly element?: number;
  /** In the short form: the first character of the element, from 1. */
  readonly character?: number;
  /** The field of the element; `@` in the short form is the part after that sign. */
  readonly field?: Path;
  /** The network of a virtual machine from which KubeVirt makes this element. */
  readonly vmNetwork?: string;
}

/** A place in an annotation as users write it. */
export function annotationPlaceText({ key, element, character, field = [], vmNetwork }: AnnotationPlace): string {
  const start = character === undefined ? '' : ` (character ${character})`;
  const outer =
    vmNetwork === undefined
      ? `annotation ${key}, ${element === undefined ? 'the whole value' : `element ${element + 1}${start}`}`
      : `network ${JSON.stringify(vmNetwork)}`;
  const inner = field[0] === '@' ? 'after "@"' : keyText(field);
  return inner === '' ? outer : `${outer}, ${inner}`;
}
