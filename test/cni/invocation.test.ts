import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PlexusError } from '../../src/errors/index.ts';
import { type Env, errorJson, parseInvocation, versionJson } from '../../src/cni/index.ts';

interface Row {
  readonly name: string;
  readonly env: Env;
  readonly stdin: string;
  readonly code: number;
  readonly text: string;
}
const rows: Row[] = readFileSync(join(import.meta.dirname, '../golden/skel-1.3.0-matrix.txt'), 'utf8')
  .split('\n')
  .map((line) => /^(\S+) \| env: (.*?) \| stdin: (.*?) => rc=\d stdout=(.*) stderr=/.exec(line))
  .filter((match) => match !== null)
  .map(([, name = '', env = '', stdin = '', stdout = '']) => ({
    name,
    env: Object.fromEntries(
      env
        .split(' ')
        .filter(Boolean)
        .map((pair) => pair.split('=') as [string, string]),
    ),
    stdin,
    code: Number(/"code": (\d+)/.exec(stdout)?.[1] ?? 0),
    text: /"msg": "([^"]*)/.exec(stdout)?.[1] ?? '',
  }));

// Intended differences from skel, with the reason.
const chosen: Readonly<Record<string, { readonly code: number; readonly why: string }>> = {
  nocmd: { code: 4, why: 'the entry module answers this case itself (CNI-11)' },
  'add-missing': { code: 4, why: 'CNI_PATH is not among the required ones' },
  'add-nopath': {
    code: 0,
    why: 'CNI-02: the specification does not require CNI_PATH, and the configuration has binDir',
  },
  'status-nopath': { code: 0, why: 'CNI-02: CNI_PATH is optional for STATUS' },
  'add-nover': { code: 0, why: 'CNI-14: no version means 0.1.0, which Plexus supports' },
  'add-hostns': { code: 0, why: 'requires reading the file, which happens before the call runs (CNI-20)' },
  'add-boom': { code: 0, why: 'the test plugin’s own failure' },
};

const codeOf = (env: Env, stdin: string): number => {
  try {
    parseInvocation(env, stdin);
    return 0;
  } catch (error) {
    return error instanceof PlexusError ? error.code : -1;
  }
};

describe('CNI-01 to CNI-18: invocations are accepted and rejected as in skel 1.3.0', () => {
  it('reads the golden file', () => {
    expect(rows).toHaveLength(31);
  });
  it.each(rows)('$name', ({ name, env, stdin, code }) => {
    expect(codeOf(env, stdin)).toBe(chosen[name]?.code ?? code);
  });
});

const good = { CNI_COMMAND: 'ADD', CNI_CONTAINERID: 'c', CNI_NETNS: '/n', CNI_IFNAME: 'eth0', CNI_PATH: '/a::/b' };
const stdin = '{"cniVersion":"1.1.0","name":"n","type":"x","unknown":{"kept":12345678901234567890}}';
const thrownBy = (env: Env, text = stdin): PlexusError => {
  try {
    parseInvocation(env, text);
  } catch (error) {
    if (error instanceof PlexusError) return error;
  }
  throw new Error('nothing of ours was thrown');
};

describe('parseInvocation', () => {
  it('CNI-02, CNI-03: names all missing variables', () => {
    const message = 'required env variables [CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME] missing for ADD';
    expect(thrownBy({ CNI_COMMAND: 'ADD' })).toMatchObject({ id: 'PLX-VARIABLES-MISSING', message });
  });
  it('CNI-02: accepts DEL without a namespace, and treats an empty one as absent', () => {
    expect(parseInvocation({ ...good, CNI_COMMAND: 'DEL', CNI_NETNS: '' }, stdin)).not.toHaveProperty('netns');
  });
  it('splits CNI_PATH without empty folders, and keeps the environment', () => {
    expect(parseInvocation({ ...good, TRACEPARENT: 't' }, stdin)).toMatchObject({
      path: ['/a', '/b'],
      env: { TRACEPARENT: 't' },
    });
  });
  it.each([
    { id: '-c', why: 'begins with a dash' },
    { id: 'a/b', why: 'slash' },
    { id: 'a b', why: 'space' },
  ])('CNI-17: rejects container ID $id with code 4 ($why)', ({ id }) => {
    expect(thrownBy({ ...good, CNI_CONTAINERID: id })).toMatchObject({
      code: 4,
      message: expect.stringContaining('CNI_CONTAINERID'),
    });
  });
  it.each(['abcdefghijklmnop', 'foo%d', 'a/b', 'a:b', 'a b', '.', '..', 'a\u00a0b', 'ééééééééé'])(
    'CNI-18: rejects interface name %j with code 4',
    (name) => {
      expect(thrownBy({ ...good, CNI_IFNAME: name })).toMatchObject({
        code: 4,
        message: expect.stringContaining('CNI_IFNAME'),
      });
    },
  );
  it.each([
    { text: '', code: 6 },
    { text: '{', code: 6 },
    { text: '[]', code: 6 },
    { text: '{"cniVersion":"1.0.0"}', code: 7 },
    { text: '{"name":5}', code: 7 },
    { text: '{"name":"a/b"}', code: 7 },
    { text: '{"name":"n","cniVersion":"9.0.0"}', code: 1 },
    { text: '{"name":"n","cniVersion":5}', code: 1 },
  ])('CNI-12, CNI-14: rejects stdin $text with code $code', ({ text, code }) => {
    expect(thrownBy(good, text).code).toBe(code);
  });
  it.each([
    { command: 'CHECK', oldest: '0.4.0', before: '0.3.1' },
    { command: 'STATUS', oldest: '1.1.0', before: '1.0.0' },
    { command: 'GC', oldest: '1.1.0', before: '1.0.0' },
  ])('CNI-16: accepts $command from version $oldest on', ({ command, oldest, before }) => {
    const config = (version: string): string => `{"name":"n","cniVersion":"${version}"}`;
    expect(thrownBy({ ...good, CNI_COMMAND: command }, config(before))).toMatchObject({
      id: 'PLX-COMMAND-NOT-ALLOWED',
      code: 1,
      message: expect.stringContaining(`does not allow ${command}`),
    });
    expect(parseInvocation({ ...good, CNI_COMMAND: command }, config(oldest))).toMatchObject({ command });
  });
  it.each([
    {
      args: 'IgnoreUnknown=1;X=a=b;',
      pairs: [
        ['IgnoreUnknown', '1'],
        ['X', 'a=b'],
      ],
    },
    { args: '', pairs: [] },
    { args: 'A=', pairs: [['A', '']] },
  ])('CNI-19: parses CNI_ARGS $args', ({ args, pairs }) => {
    expect(parseInvocation({ ...good, CNI_ARGS: args }, stdin)).toMatchObject({ args: pairs });
  });
  it.each(['A', '=b', 'A=1;B'])('CNI-19: rejects CNI_ARGS %s with code 4', (args) => {
    expect(thrownBy({ ...good, CNI_ARGS: args }).code).toBe(4);
  });
  it('CNI-37, CNI-39: reads the list for GC under either key, and distinguishes an absent list from an empty one', () => {
    const gc = (extra: string) =>
      parseInvocation({ ...good, CNI_COMMAND: 'GC' }, `{"name":"n","cniVersion":"1.1.0"${extra}}`);
    const list = '[{"containerID":"c","ifname":"eth0"}]';
    for (const key of ['cni.dev/valid-attachments', 'cni.dev/attachments'])
      expect(gc(`,"${key}":${list}`)).toMatchObject({ validAttachments: [{ containerId: 'c', ifName: 'eth0' }] });
    expect(gc(',"cni.dev/valid-attachments":[]')).toMatchObject({ validAttachments: [] });
    expect(gc('')).not.toHaveProperty('validAttachments');
    expect(
      thrownBy({ ...good, CNI_COMMAND: 'GC' }, '{"name":"n","cniVersion":"1.1.0","cni.dev/valid-attachments":[5]}')
        .code,
    ).toBe(7);
  });
});

describe('answers of the plugin', () => {
  it('CNI-13: VERSION echoes the version of its input, or answers 1.1.0', () => {
    expect(versionJson({ command: 'VERSION', cniVersion: '0.4.0' })).toMatchObject({ cniVersion: '0.4.0' });
    expect(versionJson({ command: 'VERSION' })).toEqual({
      cniVersion: '1.1.0',
      supportedVersions: ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'],
    });
  });
  it('CNI-04: VERSION accepts any stdin', () => {
    for (const text of ['', '{{{', '[]', '{"cniVersion":5}'])
      expect(parseInvocation({ CNI_COMMAND: 'VERSION' }, text)).toEqual({ command: 'VERSION' });
  });
  it('CNI-08: an error has version, code, message and details', () => {
    const error = thrownBy({ CNI_COMMAND: 'FOO' });
    expect(errorJson(error, { cniVersion: '1.1.0', command: undefined })).toEqual({
      cniVersion: '1.1.0',
      code: 4,
      msg: 'PLX-COMMAND-UNKNOWN: unknown CNI_COMMAND: FOO. Set CNI_COMMAND to ADD, DEL, CHECK, STATUS, GC or VERSION (upper case).',
    });
  });
});
