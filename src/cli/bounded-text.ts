import { sizeProblem } from '../cni/index.ts';

/** Collects text from a node, of at most so many bytes: a compromised daemon may send without end. */
export interface BoundedText {
  readonly push: (chunk: Buffer) => void;
  /** The text; one that was too long ends with "(cut)". */
  readonly text: () => string;
}

export function boundedText(mostBytes: number): BoundedText {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    push: (chunk) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) chunks.push(chunk);
    },
    text: () => {
      const text = Buffer.concat(chunks).toString();
      return bytes > mostBytes ? `${text} (cut)` : text;
    },
  };
}

/** Decodes JSON from a node. Throws if it is not JSON, or has too many values to decode. */
export function parseAnswer(text: string): unknown {
  const problem = sizeProblem(text);
  if (problem !== undefined) throw new Error(`the answer cannot be read: ${problem}`);
  return JSON.parse(text);
}
