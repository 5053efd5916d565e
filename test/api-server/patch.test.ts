import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatch, mergePatch } from '../support/api-server/patch.ts';

const jsonPatch = (document: object, ...operations: object[]): unknown =>
  applyPatch('application/json-patch+json', { ...document }, operations);
const strategic = (document: object, patch: object): unknown =>
  applyPatch('application/strategic-merge-patch+json', { ...document }, patch);

const pod = {
  containers: [
    { name: 'a', image: '1' },
    { name: 'b', image: '1' },
  ],
  tolerations: [{ key: 'x' }],
  finalizers: ['f', 'g'],
  nodeSelector: { a: '1', b: '2' },
};

describe('RFC 7396: merge patch', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('patches %j with %j to %j', (document, patch, result) => {
    expect(mergePatch(document, patch)).toEqual(result);
  });

  it('is idempotent, and never changes its input', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (document, patch) => {
        const before = structuredClone(document);
        const once = mergePatch(document, patch);
        expect(mergePatch(once, patch)).toEqual(once);
        expect(document).toEqual(before);
      }),
    );
  });
});

describe('RFC 6902: JSON patch', () => {
  it.each([
    { operation: { op: 'add', path: '/b', value: 2 }, result: { a: [1, 2], b: 2 } },
    { operation: { op: 'add', path: '/a/-', value: 3 }, result: { a: [1, 2, 3] } },
    { operation: { op: 'add', path: '/a/1', value: 3 }, result: { a: [1, 3, 2] } },
    { operation: { op: 'remove', path: '/a/0' }, result: { a: [2] } },
    { operation: { op: 'replace', path: '/a/0', value: 9 }, result: { a: [9, 2] } },
    { operation: { op: 'move', from: '/a', path: '/b' }, result: { b: [1, 2] } },
    { operation: { op: 'copy', from: '/a/1', path: '/a/0' }, result: { a: [2, 1, 2] } },
    { operation: { op: 'test', path: '/a', value: [1, 2] }, result: { a: [1, 2] } },
  ])('$operation', ({ operation, result }) => {
    expect(jsonPatch({ a: [1, 2] }, operation)).toEqual(result);
  });

  it.each([
    { operation: { op: 'remove', path: '/x' }, code: 422 },
    { operation: { op: 'add', path: '/a/7', value: 1 }, code: 422 },
    { operation: { op: 'test', path: '/a', value: [] }, code: 422 },
    { operation: { op: 'add', path: '', value: 1 }, code: 422 },
    { operation: { op: 'jump', path: '/a' }, code: 400 },
    { operation: { op: 'add' }, code: 400 },
    { operation: { op: 'move', path: '/a' }, code: 400 },
  ])('rejects $operation with $code', ({ operation, code }) => {
    expect(() => jsonPatch({ a: [1, 2] }, operation)).toThrow(expect.objectContaining({ code }));
  });
});

describe('strategic merge patch', () => {
  it.each([
    {
      what: 'a list of named objects is merged by name',
      patch: { containers: [{ name: 'b', image: '2' }, { name: 'c' }] },
      result: { containers: [{ name: 'a', image: '1' }, { name: 'b', image: '2' }, { name: 'c' }] },
    },
    {
      what: '$patch: delete removes one of them',
      patch: { containers: [{ name: 'a', $patch: 'delete' }] },
      result: { containers: [{ name: 'b', image: '1' }] },
    },
    {
      what: '$patch: replace in a list replaces all of them',
      patch: { containers: [{ $patch: 'replace' }, { name: 'c' }] },
      result: { containers: [{ name: 'c' }] },
    },
    {
      what: '$setElementOrder sorts a list',
      patch: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
      result: { containers: [pod.containers[1], pod.containers[0]] },
    },
    { what: 'other lists are replaced', patch: { tolerations: [] }, result: { tolerations: [] } },
    { what: 'finalizers are added', patch: { finalizers: ['g', 'h'] }, result: { finalizers: ['f', 'g', 'h'] } },
    {
      what: '$deleteFromPrimitiveList removes elements',
      patch: { '$deleteFromPrimitiveList/finalizers': ['f'] },
      result: { finalizers: ['g'] },
    },
    { what: 'null removes a key', patch: { nodeSelector: { a: null } }, result: { nodeSelector: { b: '2' } } },
    {
      what: '$patch: replace replaces an object',
      patch: { nodeSelector: { $patch: 'replace', c: '3' } },
      result: { nodeSelector: { c: '3' } },
    },
    {
      what: '$retainKeys keeps only the named keys',
      patch: { nodeSelector: { $retainKeys: ['b', 'c'], c: '3' } },
      result: { nodeSelector: { b: '2', c: '3' } },
    },
  ])('$what', ({ patch, result }) => {
    expect(strategic(pod, patch)).toEqual({ ...pod, ...result });
  });
});
