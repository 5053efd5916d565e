import { clip, keyText } from '../errors/index.ts';
import type { Finding } from '../validate/index.ts';
import type { Decision } from './review.ts';

/** What the webhook does about mistakes in one kind of object. */
export type Mode = 'enforce' | 'warn' | 'off';

const mostListed = 10;
const mostMessageBytes = 4096;
// The API server shortens longer warnings once all of them together exceed 4096 bytes.
const mostWarningBytes = 250;

/** Decides about an object: errors reject it if the mode is `enforce`; everything else that matters is a warning. */
export function verdictOf(findings: readonly Finding[], mode: Mode): Decision {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  if (mode !== 'enforce' || errors.length === 0) return { warnings: shown([...errors, ...warnings]) };
  const listed = errors.slice(0, mostListed);
  const more = errors.length > mostListed ? ` And ${errors.length - mostListed} more errors.` : '';
  return {
    denial: {
      message: clip(`${listed.map(sentenceOf).join(' ')}${more}`, mostMessageBytes),
      causes: listed.map((each) => ({
        id: each.rule,
        message: clip(`${each.text}. ${each.fix}`, mostMessageBytes / 4),
        field: clip(keyText(each.path), mostMessageBytes / 4),
      })),
    },
    warnings: shown(warnings),
  };
}

const shown = (findings: readonly Finding[]): readonly string[] =>
  findings.slice(0, mostListed).map((each) => clip(sentenceOf(each), mostWarningBytes));

function sentenceOf({ rule, text, path, fix }: Finding): string {
  const place = keyText(path);
  // A header cannot contain line breaks.
  return `${rule}: ${text}${place === '' ? '' : ` (${place})`}. ${fix}`.replaceAll(/\s+/g, ' ');
}
