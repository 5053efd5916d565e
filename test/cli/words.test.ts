import { describe, expect, it } from 'vitest';
import { fillTemplate } from '../../src/cli/json-path.ts';
import { podNamed, wordsForParser, wordsToComplete } from '../../src/cli/words.ts';

it.each([
  { word: 'db-0', pod: { name: 'db-0' } },
  { word: 'shop/db-0', pod: { namespace: 'shop', name: 'db-0' } },
  { word: 'pod/db-0', pod: { name: 'db-0' } },
  { word: 'po/db-0', pod: { name: 'db-0' } },
  { word: 'pods/shop/db-0', pod: { namespace: 'shop', name: 'db-0' } },
])('the argument $word names pod $pod', ({ word, pod }) => {
  expect(podNamed(word)).toEqual(pod);
});

it.each([
  { words: ['pods', '-o', 'jsonpath={.a}'], parsed: ['pods', '-o', 'jsonpath', '--template={.a}'] },
  { words: ['pods', '-o=jsonpath={.a}'], parsed: ['pods', '-o', 'jsonpath', '--template={.a}'] },
  { words: ['pods', '-ojsonpath={.a}'], parsed: ['pods', '-o', 'jsonpath', '--template={.a}'] },
  { words: ['pods', '--output=jsonpath='], parsed: ['pods', '-o', 'jsonpath', '--template='] },
  { words: ['pods', '-n', 'jsonpath=x'], parsed: ['pods', '-n', 'jsonpath=x'] },
  { words: ['trace', 'pod/db-0'], parsed: ['trace', 'pod', 'db-0'] },
  { words: ['trace', 'sandbox/4f1c'], parsed: ['trace', 'sandbox', '4f1c'] },
  { words: ['pod', 'pod/db-0'], parsed: ['pod', 'pod/db-0'] },
])('the words $words are parsed as $parsed', ({ words, parsed }) => {
  expect(wordsForParser(words)).toEqual(parsed);
});

it.each([
  { words: ['pods', '-o', ''], completed: ['pods', '-o', ''] },
  { words: ['pods', '--output=n'], completed: ['pods', '--output', 'n'] },
  { words: ['pods', '--output', '=', 'n'], completed: ['pods', '--output', 'n'] },
  { words: ['pods', '--output', '='], completed: ['pods', '--output', ''] },
  { words: ['pods', '-'], completed: ['pods', '-'] },
])('a shell that completes $words asks for the completions of $completed', ({ words, completed }) => {
  expect(wordsToComplete(words)).toEqual(completed);
});

describe('a template of kubectl', () => {
  const pods = [
    { name: 'a', ips: ['10.0.0.1', 'fd00::1'], attachments: [{ network: 'n1' }, { network: 'n2' }] },
    { name: 'b', ips: [], attachments: [] },
  ];
  it.each([
    { template: '{[*].name}', text: 'a b' },
    { template: '{[0].ips}', text: '["10.0.0.1","fd00::1"]' },
    { template: '{range [*]}{.name}{"\\t"}{.ips[0]}{"\\n"}{end}', text: 'a\t10.0.0.1\nb\t\n' },
    { template: '{range $[*]}{@.name}:{range .attachments[*]} {.network}{end};{end}', text: 'a: n1 n2;b:;' },
    { template: "{[?(@.name=='b')].name}{' {x} '}", text: 'b {x} ' },
    { template: 'no path', text: 'no path' },
  ])('$template prints the values', ({ template, text }) => {
    expect(fillTemplate(template, pods)).toBe(text);
  });
  it.each([
    { template: '{.a', problem: '{ without its counterpart' },
    { template: '{range [*]}x', problem: '{range} without {end}' },
    { template: 'x{end}', problem: '{end} without {range}' },
  ])('$template is refused: $problem', ({ template, problem }) => {
    expect(() => fillTemplate(template, pods)).toThrow(problem);
  });
  it('never evaluates JavaScript', () => {
    const filter = "{[?(this.constructor.constructor('globalThis.evaluated = 1')())].name}";
    expect(() => fillTemplate(filter, pods)).toThrow();
    expect(globalThis).not.toHaveProperty('evaluated');
  });
});
