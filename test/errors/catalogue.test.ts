import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors/index.ts';

interface Kind {
  readonly id: string;
  readonly kind: errors.ErrorKind;
}
const kinds = Object.values(errors).filter(
  (each): each is typeof each & Kind => typeof each === 'function' && 'id' in each,
);

describe('the error catalogue', () => {
  it('gives every kind a unique identifier', () => {
    expect(new Set(kinds.map(({ id }) => id)).size).toBe(kinds.length);
    expect(kinds.length).toBeGreaterThan(30);
  });
  it.each(kinds.map(({ id, kind }) => ({ id, kind })))('gives $id a CNI error code and a fix', ({ id, kind }) => {
    expect(id).toMatch(/^PLX(-[A-Z]+)+$/);
    expect(kind.code).toBeGreaterThan(0);
    expect(kind.fix).toMatch(/^[A-Z].{10,}\.$/);
  });
});

describe('a PlexusError', () => {
  const error = errors.pluginMissing(
    { plugin: 'macvlan', folders: ['/a', '/b'] },
    { cause: new Error('outer', { cause: new Error('inner') }) },
  );
  const located = errors.at(errors.at(error, { network: 'shop/lab', step: 'ADD' }), {
    network: 'ignored',
    pod: 'shop/db',
  });

  it('CNI-08: reports what failed, where, the fix and the chain of causes', () => {
    expect(errors.summaryOf(located)).toBe(
      'PLX-PLUGIN-MISSING: CNI plugin "macvlan" is missing in /a, /b. Install the plugin on this node in one of these folders.',
    );
    expect(errors.detailsOf(located)).toBe(
      'step ADD, pod shop/db, network shop/lab; caused by: outer; caused by: inner',
    );
  });
  it('keeps its place when an outer layer adds more to it', () => {
    expect(located.where).toEqual({ network: 'shop/lab', step: 'ADD', pod: 'shop/db' });
    expect(located.stack).toBe(error.stack);
  });
  it('wraps a foreign error as its cause, and is not wrapped again', () => {
    const foreign = new TypeError('x is undefined');
    expect(errors.asPlexusError(foreign)).toMatchObject({ id: 'PLX-INTERNAL', code: 999, cause: foreign });
    expect(errors.asPlexusError(error)).toBe(error);
    expect(errors.problemOf({ odd: 1 })).toBe('{"odd":1}');
  });
});
