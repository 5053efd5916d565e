import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import { failure, additionalStdins } from './planned.ts';

const argsOf = (written: JsonObject, element: JsonObject): unknown[] =>
  additionalStdins({ networks: [{ name: 'n', ...element }], nads: { 'shop/n': written } }).map(
    (stdin) => stdin['args'],
  );

describe('NPWG-42, NPWG-43: cni-args in args.cni of every plugin', () => {
  it.each([
    { written: { type: 'x' }, cniArgs: { spoofchk: 'on' }, args: [{ cni: { spoofchk: 'on' } }] },
    {
      written: { type: 'x', args: { cni: { a: 1, b: 1 }, labels: [1] } },
      cniArgs: { b: 2, c: 3 },
      args: [{ labels: [1], cni: { a: 1, b: 2, c: 3 } }],
    },
    { written: { type: 'x', args: null }, cniArgs: { a: 1 }, args: [{ cni: { a: 1 } }] },
    { written: { type: 'x', args: { cni: null } }, cniArgs: { a: 1 }, args: [{ cni: { a: 1 } }] },
    { written: { type: 'x', args: { cni: { a: 1 } } }, cniArgs: {}, args: [{ cni: { a: 1 } }] },
    {
      written: { plugins: [{ type: 'x' }, { type: 'y', args: { cni: { a: 0 } } }] },
      cniArgs: { a: 1 },
      args: [{ cni: { a: 1 } }, { cni: { a: 1 } }],
    },
  ])("override the author's values: $written with $cniArgs", ({ written, cniArgs, args }) => {
    expect(argsOf(written, { 'cni-args': cniArgs })).toEqual(args);
  });

  it.each([
    { title: 'args', written: { Args: { cni: { a: 'forged' } }, ARGſ: 1 }, args: { cni: { a: 1 } } },
    { title: 'args.cni', written: { args: { CNI: { a: 'forged' }, b: 2 } }, args: { b: 2, cni: { a: 1 } } },
    { title: 'a key of the pod', written: { args: { cni: { A: 'forged', b: 2 } } }, args: { cni: { b: 2, a: 1 } } },
  ])('replace other spellings of $title, which a Go plugin would read instead', ({ written, args }) => {
    const [stdin] = additionalStdins({
      networks: [{ name: 'n', 'cni-args': { a: 1 } }],
      nads: { 'shop/n': { type: 'x', ...written } },
    });
    expect(stdin).toEqual({ type: 'x', name: 'n', cniVersion: '0.4.0', args });
  });

  it('leave any args unchanged if the pod has none', () => {
    expect(argsOf({ type: 'x', args: 'text' }, {})).toEqual(['text']);
  });

  it('may have a key such as __proto__', () => {
    const nads = { 'shop/n': { type: 'x' } };
    const [stdin] = additionalStdins({ networks: '[{"name":"n","cni-args":{"__proto__":{"a":1}}}]', nads });
    expect(JSON.stringify(stdin?.['args'])).toBe('{"cni":{"__proto__":{"a":1}}}');
  });
});

describe('the total size of cni-args', () => {
  const chain = (plugins: number) => ({ plugins: Array.from({ length: plugins }, () => ({ type: 'x' })) });
  const keys = (length: number) => Object.fromEntries(Array.from({ length }, (_, index) => [`k${index}`, 1]));

  it.each([
    { title: 'many keys', plugins: 100, cniArgs: keys(1000), times: 1 },
    { title: 'a long text', plugins: 100, cniArgs: { a: 'x'.repeat(50_000) }, times: 1 },
    { title: 'one network many times', plugins: 10, cniArgs: keys(200), times: 30 },
  ])('is limited, because each plugin gets a copy: rejects $title', ({ plugins, cniArgs, times }) => {
    const networks = Array.from({ length: times }, () => ({ name: 'n', 'cni-args': cniArgs }));
    expect(() => additionalStdins({ networks, nads: { 'shop/n': chain(plugins) } })).toThrow(
      failure('PLX-NETWORKS-TOO-LARGE', /together with shop\/n/),
    );
  });

  it('may be large for a few plugins', () => {
    expect(
      additionalStdins({ networks: [{ name: 'n', 'cni-args': keys(1000) }], nads: { 'shop/n': chain(10) } }),
    ).toHaveLength(10);
  });
});

describe('NPWG-44: args of another type', () => {
  it.each([
    { args: 'x', says: /network configuration n: "args" is a string, not an object/ },
    { args: [], says: /"args" is a list/ },
    { args: { cni: 5 }, says: /"cni" is a number/ },
    { args: { cni: ['a'] }, says: /"cni" is a list/ },
  ])('are rejected: $args', ({ args, says }) => {
    expect(() => argsOf({ type: 'x', args }, { 'cni-args': { a: 1 } })).toThrow(
      failure('PLX-CONFIGURATION-INVALID', says),
    );
  });
});

describe('NPWG-63: the name of an IPAMClaim reaches every plugin', () => {
  it.each([
    {
      element: { 'ipam-claim-reference': 'vm-1.net' },
      args: { cni: { 'k8s.cni.cncf.io/ipam-claim-reference': 'vm-1.net' } },
    },
    {
      element: { 'ipam-claim-reference': 'vm-1', 'cni-args': { a: 1 } },
      args: { cni: { 'k8s.cni.cncf.io/ipam-claim-reference': 'vm-1', a: 1 } },
    },
    { element: {}, args: undefined },
  ])('in $element', ({ element, args }) => {
    expect(argsOf({ type: 'x' }, element)).toEqual([args]);
  });
});
