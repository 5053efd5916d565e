import { array, assert, constantFrom, dictionary, jsonValue, oneof, property, string } from 'fast-check';
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
    ['unknown key: ips; key=geheim1', 'unknown key: ips; key=(masked)'],
    ['cannot read /var/run/secrets/token: permission denied', 'cannot read /var/run/secrets/token: permission denied'],
    ['nothing to hide: 10.0.0.1/24', 'nothing to hide: 10.0.0.1/24'],
  ])('the text %s', (text, shown) => {
    expect(maskText(text)).toBe(shown);
  });

  it('any text: masking ends, however long and odd it is', () => {
    assert(property(array(constantFrom('token', 'a', '=', ':', ' ', '"', '\\', '/', 'geheim'), { maxLength: 200 }), (parts) => void maskText(parts.join(''))));
    for (const part of ['ab=', 'token=', 'token: ', 'a', '"', '= ', '://a:']) expect(maskText(part.repeat(200_000)).length).toBeGreaterThan(0);
    expect(maskText('a=b=token=geheim1')).toBe('a=b=token=(masked)');
  });

  it('text that is no JSON is masked as text; nothing is nothing', () => {
    expect(maskDocument('panic: token=geheim1')).toBe('panic: token=(masked)');
    expect(maskDocument(' ')).toBeUndefined();
  });

  it('whatever a document holds: masking keeps its shape, and nothing under a secret name is left', () => {
    const anyKey = oneof(
      string(),
      string().map((text) => `${text}Password`),
    );
    assert(
      property(jsonValue(), dictionary(anyKey, jsonValue()), (value, pairs) => {
        const shown = maskDocument(JSON.stringify({ value, pairs })) as { readonly pairs: Readonly<Record<string, unknown>> };
        expect(Object.keys(shown.pairs)).toEqual(Object.keys(JSON.parse(JSON.stringify(pairs)) as object));
        for (const [key, under] of Object.entries(shown.pairs)) if (key.endsWith('Password')) expect(['(masked)', true, false, null, '']).toContain(under);
      }),
    );
  });
});
