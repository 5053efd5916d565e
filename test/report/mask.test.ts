import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  array,
  assert,
  constantFrom,
  dictionary,
  jsonValue,
  oneof,
  property,
  string,
  stringMatching,
  tuple,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors/index.ts';
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
    'pw',
    'dbPw',
    'DB_PW',
    'pw2',
    'creds',
    'awsCreds',
    'jwt',
    'dsn',
    'DATABASE_DSN',
    'pem',
    'caPem',
    'kubeconfig',
    'pin',
    'cardPin',
    'SIM_PIN',
    'cookie',
    'Set-Cookie',
    'otp',
  ])('masks the value of %s', (name) => {
    expect(maskJson({ name: 'n', deep: [{ [name]: 'geheim' }] })).toEqual({
      name: 'n',
      deep: [{ [name]: '(masked)' }],
    });
    expect(maskJson({ [name]: { inner: 'geheim' } })).toEqual({ [name]: '(masked)' });
    expect(maskText(`${name}=geheim`)).toBe(`${name}=(masked)`);
    expect(maskText(`{"${name}":"geheim, mit Komma \\"und mehr\\""}`)).toBe(`{"${name}":"(masked)"}`);
  });

  it.each([
    'name',
    'type',
    'master',
    'bridge',
    'keepalive',
    'monkeys_',
    'author',
    'passthru',
    'ipam',
    'gateway',
    'pinned',
    'spin',
    'pwm',
    'opening',
    'Pinning',
    'sandbox',
  ])('shows the value of %s', (name) => {
    expect(maskJson({ [name]: 'x' })).toEqual({ [name]: 'x' });
    expect(maskText(`${name}=x`)).toBe(`${name}=x`);
  });

  it('shows a boolean and an empty value', () => {
    expect(maskJson({ key: true, token: '', secret: null })).toEqual({ key: true, token: '', secret: null });
  });

  it('accepts additional names', () => {
    expect(maskJson({ community: 'geheim', Community: 'geheim' }, ['community'])).toEqual({
      community: '(masked)',
      Community: '(masked)',
    });
    expect(maskText('community=geheim', ['community'])).toBe('community=(masked)');
  });

  it('masks the value of an object that names it, in any order of its keys', () => {
    expect(maskJson({ env: [{ name: 'DB_PASSWORD', value: 'geheim' }] })).toEqual({
      env: [{ name: 'DB_PASSWORD', value: '(masked)' }],
    });
    expect(maskJson([{ value: { a: 1 }, name: 'token' }])).toEqual([{ value: '(masked)', name: 'token' }]);
    expect(maskJson([{ name: 'mtu', value: '1500' }])).toEqual([{ name: 'mtu', value: '1500' }]);
    expect(maskJson({ name: 'community', value: 'geheim' }, ['community'])).toEqual({
      name: 'community',
      value: '(masked)',
    });
  });

  it('shows the path of a file', () => {
    expect(maskJson({ kubeconfig: '/etc/cni/net.d/plexus.kubeconfig', keyFile: '/etc/x.key' })).toEqual({
      kubeconfig: '/etc/cni/net.d/plexus.kubeconfig',
      keyFile: '/etc/x.key',
    });
    expect(maskJson({ kubeconfig: 'apiVersion: v1', password: '/etc/passwd' })).toEqual({
      kubeconfig: '(masked)',
      password: '(masked)',
    });
  });

  it.each([
    ['login failed: password=geheim1, user=x', 'login failed: password=(masked), user=x'],
    ['{"token":"geheim1","a":1}', '{"token":"(masked)","a":1}'],
    ['"{\\"token\\":\\"geheim1\\"}"', '"{\\"token\\":\\"(masked)\\"}"'],
    ['Authorization: Bearer geheim1geheim1', 'Authorization: (masked)'],
    ['curl -H "Authorization: Basic dXNlcjpwYXNz" https://host', 'curl -H "Authorization: (masked)" https://host'],
    ['Cookie: session=geheim; theme=dark', 'Cookie: (masked)'],
    ['header Bearer geheim1geheim1 was refused', 'header Bearer (masked) was refused'],
    ['GET https://me:geheim1@host/x', 'GET https://me:(masked)@host/x'],
    ['dial redis://:geheim@10.0.0.1:6379/0', 'dial redis://:(masked)@10.0.0.1:6379/0'],
    ['unknown key: ips; key=geheim1', 'unknown key: ips; key=(masked)'],
    ['password="correct horse battery staple" user=x', 'password="(masked)" user=x'],
    ["psk='correct horse' ssid=lab", "psk='(masked)' ssid=lab"],
    ['password="cut off in the midd', 'password="(masked)'],
    ['{"password":"a \\"quoted\\" word","user":"x"}', '{"password":"(masked)","user":"x"}'],
    [
      '"{\\"password\\":\\"correct horse\\",\\"user\\":\\"x\\"}"',
      '"{\\"password\\":\\"(masked)\\",\\"user\\":\\"x\\"}"',
    ],
    ['spec: [{"name":"DB_PASSWORD","value":"geheim"}]', 'spec: [{"name":"DB_PASSWORD","value":"(masked)"}]'],
    ['spec: [{"value":"geheim","name":"DB_PASSWORD"}]', 'spec: [{"value":"(masked)","name":"DB_PASSWORD"}]'],
    [
      'env:\n- name: DB_PASSWORD\n  value: geheim\n- name: MTU\n  value: "1500"',
      'env:\n- name: DB_PASSWORD\n  value: (masked)\n- name: MTU\n  value: "1500"',
    ],
    ['user: x\npassword: correct horse battery\nhost: y', 'user: x\npassword: (masked)\nhost: y'],
    ['exec: vpnc --user x --password geheim --group g', 'exec: vpnc --user x --password (masked) --group g'],
    ['exec: tool --token=geheim -pin 1234', 'exec: tool --token=(masked) -pin (masked)'],
    ['level=info pin=1234 pw=geheim jwt=abc', 'level=info pin=(masked) pw=(masked) jwt=(masked)'],
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefgh from the server', 'got (masked) from the server'],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----',
      '-----BEGIN RSA PRIVATE KEY-----(masked)-----END RSA PRIVATE KEY-----',
    ],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A\n\nMIIE\n-----END RSA',
      '-----BEGIN RSA PRIVATE KEY-----(masked)-----END RSA',
    ],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\nabc (cut off) - retry', '-----BEGIN PRIVATE KEY-----(masked)'],
    ['got {"bgp":{"secrets":["geheim1",{"a":"geheim2"}],"asn":1}}', 'got {"bgp":{"secrets":(masked),"asn":1}}'],
    [
      String.raw`got {\"pod\":{\"token\": {\"v\":\"gehe}im1\"}}, \"asn\":1}`,
      String.raw`got {\"pod\":{\"token\": (masked)}, \"asn\":1}`,
    ],
    [
      '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQVYBF\n-----END PGP',
      '-----BEGIN PGP PRIVATE KEY BLOCK-----(masked)-----END PGP',
    ],
    ['dsn="postgres://me:geheim@db/x?sslmode=off"', 'dsn="(masked)"'],
    ['cannot log in, wrong password: hunter2', 'cannot log in, wrong password: (masked)'],
    ['token : geheim', 'token : (masked)'],
    ['config{Token:abcdef Pin:1234}', 'config{Token:(masked) Pin:(masked)}'],
  ])('finds no secret in the text %j', (text, shown) => {
    expect(maskText(text)).toBe(shown);
    expect(maskText(shown)).toBe(shown);
  });

  it.each([
    'cannot read /var/run/secrets/token: permission denied',
    'nothing to hide: 10.0.0.1/24',
    'failed to get token: Get "https://10.0.0.1/api": dial tcp 10.0.0.1:443: connect: connection refused',
    'failed to get token: open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory',
    'failed to get token: permission denied',
    'invalid token: expired',
    'Authentication failed: the bearer authentication is missing',
    'the basic configuration of the network is wrong',
    'CNI_ARGS="x" is not a list of KEY=VALUE separated by ";"',
    'K8S_POD_NAME=VALUE, TOKEN=<token>, PASSWORD=$PASSWORD, SECRET=${SECRET}',
    'kubeconfig=/etc/cni/net.d/plexus.d/plexus.kubeconfig',
    'kubeconfig /etc/x cannot be used: it has no current context',
    'secret "db" not found',
    'configuration of Plexus: unknown key "pasword" is ignored; did you mean "password"?',
    'unknown key: "ips"',
    'known keys: name, namespace, ips',
    'pinning failed: the pin is gone',
    'plugin bridge failed (ADD): failed to allocate for range 0: no IP addresses available in range set: 10.1.0.1-10.1.0.254',
    'error getting ClusterInformation: connection is unauthorized: Unauthorized',
    'annotation k8s.v1.cni.cncf.io/networks, element 1: unknown key "Ips " is ignored (known: name, namespace, ips)',
    'could not find the key: it may be spelled otherwise',
  ])('leaves the sentence %j unchanged', (text) => {
    expect(maskText(text)).toBe(text);
  });

  it('removes no word from Plexus’s own fixes, help texts, and pages of errors and settings', async () => {
    for (const each of Object.values(errors))
      if (typeof each === 'function' && 'id' in each) expect(maskText(each.kind.fix)).toBe(each.kind.fix);
    for (const page of ['errors', 'configuration', 'commands', 'metrics']) {
      const lines = (await readFile(join(import.meta.dirname, `../../docs/${page}.md`), 'utf8')).split('\n');
      expect(lines.map((line) => maskText(line))).toEqual(lines);
    }
  });

  it('masks a value in every common notation', () => {
    const name = constantFrom(
      'password',
      'db_password',
      'apiToken',
      'client-secret',
      'psk',
      'pin',
      'dsn',
      'privateKey',
    );
    const secret = stringMatching(/^[a-z]{3}[A-Z]{3}\d{3}[a-z]{0,8}$/);
    const words = array(
      constantFrom('failed', 'to', 'connect', 'user=x', '"a"', 'eth0:', '(ADD)', '{', '}', '10.0.0.1/24', '[', ','),
      { maxLength: 6 },
    );
    const notation = constantFrom<(key: string, value: string) => string>(
      (key, value) => `${key}=${value}`,
      (key, value) => `${key}: ${value}`,
      (key, value) => `${key}:${value}`,
      (key, value) => `--${key} ${value}`,
      (key, value) => `--${key}=${value}`,
      (key, value) => JSON.stringify({ [key]: value }),
      (key, value) => JSON.stringify(JSON.stringify({ [key]: value })),
      (key, value) => JSON.stringify({ name: key, value }),
      (key, value) => JSON.stringify({ value, name: key }),
      (key, value) => JSON.stringify(JSON.stringify([{ name: key, value }])),
      (key, value) => `${key}="words and ${value}"`,
      (key, value) => `${key}='${value} and words'`,
      (key, value) => `- name: ${key}\n  value: ${value}`,
    );
    assert(
      property(tuple(name, secret), notation, tuple(words, words), ([key, value], write, [before, after]) => {
        const text = [...before, write(key, value), ...after].join(' ');
        expect(maskText(text)).not.toContain(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('ends for any text, however long', () => {
    assert(
      property(
        array(constantFrom('token', 'a', '=', ':', ' ', '"', '\\', '/', 'geheim'), { maxLength: 200 }),
        (parts) => void maskText(parts.join('')),
      ),
    );
    for (const part of [
      'ab=',
      'token=',
      'token: ',
      'a',
      '"',
      '= ',
      '://a:',
      'token="',
      'token=\\',
      '"value":"',
      'name: pw value: ',
      '-----BEGIN PRIVATE KEY-----',
      'eyJ',
      '-eyJ',
      '-eyJhbGciOi.',
      'bearer ',
      '--pw ',
      'pw:\\"',
      '\\',
    ])
      expect(maskText(part.repeat(200_000)).length).toBeGreaterThan(0);
    for (const space of [' ', '\\', ',', '" ,\\'])
      expect(maskText(`name: pw${space.repeat(200_000)}`)).toHaveLength(8 + space.length * 200_000);
    expect(maskText('a=b=token=geheim1')).toBe('a=b=token=(masked)');
  });

  it('masks text that is not JSON as text, and keeps an empty text', () => {
    expect(maskDocument('panic: token=geheim1')).toBe('panic: token=(masked)');
    expect(maskDocument(' ')).toBeUndefined();
  });

  it.each(['{},', '"password=geheim1",', '[[0]],'])(
    'does not show 4 MiB of %s, whose objects would exceed the daemon’s memory',
    (part) => {
      const text = `[${part.repeat(4_000_000 / part.length)}0]`;
      expect(maskDocument(text)).toBe(`(${text.length} characters, too many to show)`);
    },
  );

  it('keeps a document’s shape, and no value under a secret name remains', () => {
    const anyKey = oneof(
      string(),
      string().map((text) => `${text}Password`),
    );
    assert(
      property(jsonValue(), dictionary(anyKey, jsonValue()), (value, pairs) => {
        const shown = maskDocument(JSON.stringify({ value, pairs })) as {
          readonly pairs: Readonly<Record<string, unknown>>;
        };
        expect(Object.keys(shown.pairs)).toEqual(Object.keys(JSON.parse(JSON.stringify(pairs)) as object));
        for (const [key, under] of Object.entries(shown.pairs))
          if (key.endsWith('Password')) expect(['(masked)', true, false, null, '']).toContain(under);
      }),
    );
  });
});
