import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../src/cni/index.ts';
import { addList, checkList, delList, gcList, statusList } from '../../src/runtime/index.ts';
import { type TwoPlugins, twoPlugins } from './two-plugins.ts';
import { patience } from '../support/patience.ts';

interface TracedCall {
  readonly plugin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Readonly<Record<string, unknown>>;
}

// The behaviour of libcni 1.3.0 with the same list: sections of calls, each with its environment and stdin.
const golden = readFileSync(new URL('../golden/libcni-1.3.0-runtime-trace.txt', import.meta.url), 'utf8');

function goldenCalls(section: string): readonly TracedCall[] {
  const text = golden.split('##### ').find((each) => each.startsWith(`${section}\n`));
  if (text === undefined) throw new Error(`no section ${section}`);
  return text.split('--- ').slice(1).map(callFrom);
}

function callFrom(text: string): TracedCall {
  const [title = '', env = '', stdin = ''] = text.split('\n');
  const variables = env
    .trim()
    .split(' ')
    .map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const);
  return {
    plugin: title.split(' ')[0] ?? '',
    env: Object.fromEntries(variables),
    stdin: JSON.parse(stdin.replace('stdin: ', '')) as Record<string, unknown>,
  };
}

interface Difference {
  readonly why: string;
  readonly change: (calls: readonly TracedCall[], section: string) => readonly TracedCall[];
}
const withStdin = (change: (stdin: TracedCall['stdin']) => TracedCall['stdin']) => (calls: readonly TracedCall[]) =>
  calls.map((call) => ({ ...call, stdin: change(call.stdin) }));
const isStale = (value: unknown): boolean => JSON.stringify(value) === '{"stale":true}';

// The complete list: everything else is as in libcni.
const differences: readonly Difference[] = [
  {
    why: 'CNI-58: DEL continues after a failed plugin, so that the others release their resources; libcni stops',
    change: (calls, section) =>
      section.startsWith('DEL fail p2')
        ? [...calls, ...goldenCalls(section.replace('fail p2', 'again')).slice(1)]
        : calls,
  },
  {
    why: 'CNI-50: the specification withholds capabilities from plugins; libcni passes them on',
    change: withStdin(({ capabilities: _capabilities, ...rest }) => rest),
  },
  {
    why: 'CNI-51: a runtimeConfig that the author wrote is forged; libcni keeps it if it has none of its own',
    change: withStdin((stdin) =>
      Object.fromEntries(Object.entries(stdin).filter(([key, value]) => key !== 'runtimeConfig' || !isStale(value))),
    ),
  },
  {
    why: 'CNI-54: an empty list of valid attachments is passed on; libcni omits the keys, which means no list',
    change: (calls, section) =>
      section.startsWith('GC fail p2')
        ? withStdin((stdin) => ({ ...stdin, 'cni.dev/attachments': [], 'cni.dev/valid-attachments': [] }))(calls)
        : calls,
  },
];

const expectedCalls = (section: string): readonly TracedCall[] =>
  differences.reduce((calls, { change }) => change(calls, section), goldenCalls(section));

describe.each(['0.3.1', '1.1.0'])(
  'CNI-48 to CNI-61: plugins get the same input as from libcni, cniVersion %s',
  (version) => {
    let two: TwoPlugins;
    let result: Result;
    const signal = (): AbortSignal => patience();

    beforeEach(async () => {
      two = await twoPlugins();
      result = await addList(two.call(version), undefined, two.deps, signal());
    });
    afterEach(() => two.remove());

    function traced(): readonly TracedCall[] {
      return two.runs.map(({ plugin, env, stdin }) => ({
        plugin,
        env: {
          ...Object.fromEntries(Object.entries(env).filter(([key]) => key.startsWith('CNI_'))),
          CNI_PATH: (env['CNI_PATH'] ?? '').replace(two.folder, '/tmp/cnibin'),
        },
        stdin: JSON.parse(stdin) as Record<string, unknown>,
      }));
    }

    async function expectTrace(section: string, work?: () => Promise<unknown>): Promise<unknown> {
      if (work !== undefined) two.runs.length = 0;
      const outcome = await work?.().catch((error: unknown) => error);
      expect(traced()).toEqual(expectedCalls(`${section} ${version}`));
      return outcome;
    }

    it('ADD passes the same input', () => expectTrace('ADD'));
    it('CHECK passes the same input', () =>
      expectTrace('CHECK', () => checkList(two.call(version), result, two.deps, signal())));
    it('STATUS passes the same input', () =>
      expectTrace('STATUS', () => statusList(networkOnly(), two.deps, signal())));
    it('GC passes the same input', () =>
      expectTrace('GC valid', () =>
        gcList(networkOnly(), [{ containerId: 'cid1', ifName: 'net1' }], two.deps, signal()),
      ));
    it('DEL passes the same input', () =>
      expectTrace('DEL', () => delList(two.call(version), result, two.deps, signal())));
    it('DEL without a result passes the same input', () =>
      expectTrace('DEL again', () => delList(two.call(version), undefined, two.deps, signal())));

    describe('a list whose second plugin fails', () => {
      beforeEach(() =>
        two.p2.set(Object.fromEntries(['ADD', 'DEL', 'GC', 'STATUS'].map((command) => [command, failure]))),
      );

      it('ADD stops as in libcni', async () => {
        const outcome = expectTrace('ADD fail p2', () => addList(two.call(version), undefined, two.deps, signal()));
        expect(await outcome).toMatchObject({ code: 50 });
      });
      it('DEL continues with the other plugins', async () => {
        expect(
          await expectTrace('DEL fail p2', () => delList(two.call(version), undefined, two.deps, signal())),
        ).toMatchObject({ code: 50 });
      });
      it('STATUS stops as in libcni', async () => {
        const outcome = await expectTrace('STATUS fail p2', () => statusList(networkOnly(), two.deps, signal()));
        if (version === '1.1.0') expect(outcome).toMatchObject({ code: 50 });
      });
      it('GC continues with the other plugins', async () => {
        const outcome = await expectTrace('GC fail p2', () => gcList(networkOnly(), [], two.deps, signal()));
        if (version === '1.1.0') expect(outcome).toMatchObject({ code: 50 });
      });
    });

    const failure = { stdout: `{"cniVersion":"${version}","code":50,"msg":"p2 says no"}`, exitCode: 1 };
    const networkOnly = () => {
      const { configuration, network, path, env } = two.call(version);
      return { configuration, network, path, env };
    };
  },
);

describe('CNI-42: plugins get numbers that JavaScript cannot hold unchanged (libcni rounds them)', () => {
  it('a large integer reaches the plugin unchanged', async () => {
    const two = await twoPlugins();
    await addList(two.call('1.0.0'), undefined, two.deps, patience());
    await two.remove();
    expect(two.runs[0]?.stdin).toContain('"big":12345678901234567890');
  });
});
