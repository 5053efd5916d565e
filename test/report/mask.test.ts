import { array, assert, dictionary, jsonValue, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskDocument, maskJson, maskText } from '../../src/report/index.ts';

describe('secrets in what plugins read and write', () => {
  it.each([
    'password',
    'bgpPassword',
    'PASSWD',
    'token',
    'access_token',
    'client-secret',
    'key',
    'psk',
    'privateKey',
    'apiKey',
    'ssh-key',
    'keyData',
    'credentials',
    'authorization',
    'bearer',
    'passphrase',
  ])('the value of %s is masked', (name) => {
    expect(maskJson({ name: 'n', deep: [{ [name]: 'geheim' }] })).toEqual({ name: 'n', deep: [{ [name]: '(masked)' }] });
    expect(maskJson({ [name]: { inner: 'geheim' } })).toEqual({ [name]: '(masked)' });
  });

  it.each(['name', 'type', 'master', 'bridge', 'keepalive', 'monkeys_', 'author', 'passthru', 'ipam', 'gateway'])('the value of %s is shown', (name) => {
    expect(maskJson({ [name]: 'x' })).toEqual({ [name]: 'x' });
  });

  it('a switch is shown, and so is what is empty', () => {
    expect(maskJson({ key: true, token: '', secret: null })).toEqual({ key: true, token: '', secret: null });
  });

  it('further names can be given', () => {
    expect(maskJson({ community: 'geheim', Community: 'geheim' }, ['community'])).toEqual({ community: '(masked)', Community: '(masked)' });
    expect(maskText('community=geheim', ['community'])).toBe('community=(masked)');
  });

  it.each([
    ['login failed: password=geheim1, user=x', 'login failed: password=(masked), user=x'],
    ['{"token":"geheim1","a":1}', '{"token":"(masked)","a":1}'],
    ['"{\\"token\\":\\"geheim1\\"}"', '"{\\"token\\":\\"(masked)\\"}"'],
    ['Authorization: Bearer geheim1geheim1', 'Authorization: (masked) (masked)'],
    ['GET https://me:geheim1@host/x', 'GET https://me:(masked)@host/x'],
    ['nothing to hide: 10.0.0.1/24', 'nothing to hide: 10.0.0.1/24'],
  ])('the text %s', (text, shown) => {
    expect(maskText(text)).toBe(shown);
  });

  it('text that is no JSON is masked as text; nothing is nothing', () => {
    expect(maskDocument('panic: token=geheim1')).toBe('panic: token=(masked)');
    expect(maskDocument(' ')).toBeUndefined();
  });

  it('whatever a document holds: masking ends, keeps its shape, and no secret is left', () => {
    const secret = string({ minLength: 1 }).map((text) => `geheim-${text.replaceAll(/\W/g, '')}-geheim`);
    assert(
      property(
        jsonValue(),
        dictionary(
          oneof(
            string(),
            string().map((text) => `${text}Password`),
          ),
          secret,
        ),
        array(secret),
        (value, pairs, list) => {
          const shown = maskDocument(JSON.stringify({ value, pairs, password: list }));
          const held = JSON.stringify(shown);
          expect(Object.keys((shown as { pairs: object }).pairs)).toEqual(Object.keys(JSON.parse(JSON.stringify(pairs)) as object));
          for (const [key, text] of Object.entries(pairs))
            if (key.endsWith('Password') && !Object.values(pairs).some((other, _at, all) => other === text && all.filter((one) => one === text).length > 1))
              expect(held).not.toContain(`"${text}"`);
        },
      ),
      { numRuns: 200 },
    );
  });
});
