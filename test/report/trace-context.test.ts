import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTraceContext, traceVariables } from '../../src/report/index.ts';

const trace = '0af7651916cd43dd8448eb211c80319c';
const span = 'b7ad6b7169203331';

describe('CNI-69: TRACEPARENT and TRACESTATE', () => {
  it('are parsed and passed on unchanged', () => {
    const env = { TRACEPARENT: `00-${trace}-${span}-01`, TRACESTATE: 'congo=t61rcWkgMzE' };
    expect(parseTraceContext(env)).toEqual({ traceId: trace, spanId: span, flags: 1, state: 'congo=t61rcWkgMzE' });
    expect(traceVariables({ traceId: trace, spanId: span, flags: 1, state: 'congo=t61rcWkgMzE' })).toEqual(env);
  });

  it.each([
    { text: '', why: 'nothing' },
    { text: `00-${trace}-${span}`, why: 'no flags' },
    { text: `ff-${trace}-${span}-01`, why: 'version ff' },
    { text: `00-${'0'.repeat(32)}-${span}-01`, why: 'no trace' },
    { text: `00-${trace}-${'0'.repeat(16)}-01`, why: 'no span' },
    { text: `00-${trace}-${span}-01-more`, why: 'version 00 ends there' },
    { text: `00-${trace.toUpperCase()}-${span}-01`, why: 'upper case' },
  ])('$text is rejected ($why)', ({ text }) => {
    expect(parseTraceContext({ TRACEPARENT: text })).toBeUndefined();
  });

  it('a later version may have more fields', () => {
    expect(parseTraceContext({ TRACEPARENT: `01-${trace}-${span}-01-more` })).toMatchObject({ spanId: span });
  });

  it('any text is parsed or ignored without an error', () => {
    assert(property(string(), (text) => void parseTraceContext({ TRACEPARENT: text })));
  });
});
