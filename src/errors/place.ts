/** Keys of objects and positions in lists, from the top. */
export type Path = readonly (string | number)[];

/** A path as people write it. */
export const keyText = (path: Path): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return /^[\w-]+$/.test(key) ? `${text}${text === '' ? '' : '.'}${key}` : `${text}[${JSON.stringify(key)}]`;
  }, '');

/** Where in an annotation that names networks a value stands. */
export interface AnnotationPlace {
  /** The annotation. */
  readonly key: string;
  /** Counted from 0; absent: the whole value. */
  readonly element?: number;
  /** Where the element begins, counted from 1: of the short form. */
  readonly character?: number;
  /** Inside the element; `@`: after that sign, in the short form. */
  readonly field?: Path;
  /** The network of a virtual machine that KubeVirt makes this element of. */
  readonly vmNetwork?: string;
}

/** An annotation's place as people write it. */
export function annotationPlaceText({ key, element, character, field = [], vmNetwork }: AnnotationPlace): string {
  const start = character === undefined ? '' : ` (character ${character})`;
  const outer =
    vmNetwork === undefined
      ? `annotation ${key}, ${element === undefined ? 'the whole value' : `element ${element + 1}${start}`}`
      : `network ${JSON.stringify(vmNetwork)}`;
  const inner = field[0] === '@' ? 'after "@"' : keyText(field);
  return inner === '' ? outer : `${outer}, ${inner}`;
}
