import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathSegment } from '../../src/kube/path-segment.ts';
import { PlexusError } from '../../src/errors/index.ts';
import { assertPodRef } from '../../src/npwg/index.ts';

describe('a name as a path segment', () => {
  it.each(['', '.', '..'])('is rejected if the path would lead elsewhere: %j', (name) => {
    expect(() => pathSegment(name)).toThrow(expect.objectContaining({ id: 'PLX-NAME-INVALID' }));
  });
  it('stays one segment, whatever it contains', () => {
    assert(
      property(
        array(constantFrom('.', '..', '/', 'a', '%2e', '%2F', '?', '#', '\\', '\u202e', ' ', '\n'), { maxLength: 6 }),
        (parts) => {
          const name = parts.join('');
          try {
            const { pathname } = new URL(`https://host/a/${pathSegment(name)}/b`);
            return pathname.split('/').length === 4 && pathname.startsWith('/a/') && pathname.endsWith('/b');
          } catch (error) {
            return error instanceof PlexusError;
          }
        },
      ),
    );
  });
});

describe('the pod that CNI_ARGS names', () => {
  it.each([
    ['shop', 'db-0'],
    ['kube-system', 'kube-apiserver-node1.example.com'],
    ['a', 'x'.repeat(253)],
  ])('%s/%s is accepted', (namespace, name) => {
    expect(() => assertPodRef({ namespace, name })).not.toThrow();
  });
  it.each([
    ['shop', '..', 'K8S_POD_NAME ".."'],
    ['shop', '../../nodes/a', 'K8S_POD_NAME "../../nodes/a"'],
    ['shop', 'a?x=y', 'K8S_POD_NAME "a?x=y"'],
    ['shop', 'a..b', 'K8S_POD_NAME "a..b"'],
    ['shop', 'A', 'K8S_POD_NAME "A"'],
    ['..', 'a', 'K8S_POD_NAMESPACE ".."'],
    ['a.b', 'a', 'K8S_POD_NAMESPACE "a.b"'],
    ['shop', 'x'.repeat(254), 'K8S_POD_NAME "xxx'],
  ])('%s/%s is rejected before any request', (namespace, name, says) => {
    expect(() => assertPodRef({ namespace, name })).toThrow(
      expect.objectContaining({ id: 'PLX-NAME-INVALID', message: expect.stringContaining(says) }),
    );
  });
});
