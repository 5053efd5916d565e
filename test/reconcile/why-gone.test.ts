import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GoneEvidence, whyGone } from '../../src/reconcile/why-gone.ts';

const evidence: fc.Arbitrary<GoneEvidence> = fc.record({
  boot: fc.constantFrom('this', 'earlier', 'unknown'),
  namespace: fc.constantFrom('own', 'other', 'missing', 'unknown'),
  wasSeen: fc.boolean(),
  pod: fc.constantFrom('gone', 'replaced', 'ended', 'there', 'none', 'unknown'),
  hasSuccessor: fc.boolean(),
  isPathTaken: fc.boolean(),
});
const always = (claim: (seen: GoneEvidence) => boolean): void =>
  fc.assert(fc.property(evidence, claim), { numRuns: 2000 });

describe('a sandbox does not count as gone', () => {
  it('while its interfaces are in its namespace and the node has not rebooted, even if its pod is gone from the API', () =>
    always((seen) => seen.namespace !== 'own' || seen.boot === 'earlier' || whyGone(seen) === undefined));
  it('while the content of its namespace is unknown', () =>
    always((seen) => seen.namespace !== 'unknown' || seen.boot === 'earlier' || whyGone(seen) === undefined));
  it('while the API server is unavailable, unless the node itself proves it', () =>
    always(
      (seen) =>
        seen.pod !== 'unknown' ||
        seen.boot === 'earlier' ||
        seen.wasSeen ||
        seen.hasSuccessor ||
        whyGone(seen) === undefined,
    ));
  it('because of the interfaces in its namespace alone, because a pod can change their names and MACs', () =>
    always(
      (seen) =>
        seen.namespace !== 'other' ||
        seen.boot === 'earlier' ||
        ['gone', 'replaced', 'ended'].includes(seen.pod) ||
        seen.hasSuccessor ||
        seen.isPathTaken ||
        whyGone(seen) === undefined,
    ));
  it('while its pod exists and has no other sandbox', () =>
    always(
      (seen) => seen.pod !== 'there' || seen.boot === 'earlier' || seen.hasSuccessor || whyGone(seen) === undefined,
    ));
});

describe('a sandbox counts as gone', () => {
  const gone: readonly (Partial<GoneEvidence> & { readonly why: RegExp })[] = [
    { boot: 'earlier', namespace: 'unknown', why: /rebooted/ },
    { boot: 'earlier', namespace: 'own', pod: 'there', why: /rebooted/ },
    { namespace: 'missing', pod: 'gone', why: /namespace is gone, and so is its pod/ },
    { namespace: 'other', pod: 'gone', why: /another one now, and so is its pod/ },
    { namespace: 'missing', pod: 'replaced', why: /another pod has its name/ },
    { namespace: 'missing', pod: 'ended', why: /has ended/ },
    { namespace: 'missing', pod: 'there', hasSuccessor: true, why: /newer sandbox/ },
    { namespace: 'missing', pod: 'unknown', wasSeen: true, why: /were before/ },
    { namespace: 'other', pod: 'none', wasSeen: true, isPathTaken: true, why: /were before/ },
  ];
  it.each(gone)('with the reason $why', ({ why, ...seen }) => {
    expect(
      whyGone({
        boot: 'this',
        namespace: 'own',
        wasSeen: false,
        pod: 'unknown',
        hasSuccessor: false,
        isPathTaken: false,
        ...seen,
      }),
    ).toMatch(why);
  });
});
