import { describe, expect, it } from 'vitest';
import { messageReads } from '../../src/make/message-reads.ts';

const readsIn = (code: string, file = 'src/attach/x.ts'): readonly string[] => messageReads(new Map([[file, code]]));

describe('the check against code that reads message text', () => {
  it.each([
    "if (error.message.includes('403')) return;",
    "return message.endsWith(': gone');",
    'const [, name] = /^interface (\\S+)/.exec(error.message) ?? [];',
    "if (problemOf(thrown).startsWith('ENOENT')) return;",
    "if (warning.text.includes('deviceID')) return;",
    "const isMissing = problem === 'it does not exist';",
  ])('rejects %s', (code) => expect(readsIn(code)).toEqual([`src/attach/x.ts:1: ${code}`]));

  it.each(["if (message === '') return;", 'return clip(error.message, 80);', "const text = `${problem}, ${'x'}`;"])(
    'allows %s',
    (code) => expect(readsIn(code)).toEqual([]),
  );

  it('allows the files that read messages of other programs', () =>
    expect(readsIn("if (message.startsWith('Comments')) return;", 'src/validate/yaml-documents.ts')).toEqual([]));
});
