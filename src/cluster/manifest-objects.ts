import { LineCounter, type YAMLError, parseAllDocuments } from 'yaml';
import { manifestInvalid } from '../errors/index.ts';

/** The parts of an object in a YAML file that are read. */
export interface ManifestObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, unknown>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

/** Parses the objects of a YAML text, including those inside a List. Throws manifestInvalid with line and column. */
export function objectsIn(text: string, file: string): readonly ManifestObject[] {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter });
  if (!Array.isArray(documents)) return []; // An empty file.
  return documents
    .flatMap((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw manifestInvalid({ file, problem: yamlProblem(error) }, { cause: error });
      return flatten(toValue(() => document.toJS(), file));
    })
    .map((each) => checkObject(each, file));
}

// Aliases that expand too far, and anything else that the library rejects.
function toValue(read: () => unknown, file: string): unknown {
  try {
    return read();
  } catch (error) {
    throw manifestInvalid({ file, problem: error instanceof Error ? error.message : String(error) }, { cause: error });
  }
}

const yamlProblem = ({ message, linePos }: YAMLError): string =>
  linePos === undefined ? message : `line ${linePos[0].line}, column ${linePos[0].col}: ${message.split('\n')[0]}`;

interface Loose {
  readonly kind?: unknown;
  readonly items?: unknown;
  readonly metadata?: unknown;
}

const isObject = (value: unknown): value is Loose & Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function flatten(value: unknown): readonly Loose[] {
  if (!isObject(value)) return [];
  return typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)
    ? value.items.filter(isObject)
    : [value];
}

function checkObject(object: Loose, file: string): ManifestObject {
  const { kind, metadata } = object;
  const invalid = (problem: string) => manifestInvalid({ file, problem });
  if (typeof kind !== 'string') throw invalid('an object has no kind');
  if (!isObject(metadata) || typeof metadata['name'] !== 'string')
    throw invalid(`an object of kind ${kind} has no metadata.name`);
  const named = `${kind} ${metadata['name']}`;
  for (const key of ['namespace', 'uid'])
    if (!isTextOrAbsent(metadata[key])) throw invalid(`metadata.${key} of ${named} is not a string`);
  const annotations = metadata['annotations'] ?? undefined;
  if (
    annotations !== undefined &&
    !(isObject(annotations) && Object.values(annotations).every((each) => typeof each === 'string'))
  ) {
    throw invalid(`metadata.annotations of ${named} are not all texts (quote them)`);
  }
  return { ...object, kind, metadata: { ...metadata, annotations } } as unknown as ManifestObject;
}

const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'string';
