interface Followed extends Disposable {
  /** The next event that carries content. */
  readonly next: () => Promise<{ readonly event: string; readonly data: unknown }>;
}
/** Follows the events of plexus ui, as its page does. */
export function followUi(url: string): Followed {
  const end = new AbortController();
  const texts = readEvents(url, end.signal);
  return {
    next: async () => {
      for (;;) {
        const { value, done } = await texts.next();
        if (done === true) throw new Error('the events ended');
        const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(value) ?? [];
        if (event !== 'alive') return { event, data: JSON.parse(data) as unknown };
      }
    },
    [Symbol.dispose]: () => end.abort(),
  };
}
async function* readEvents(url: string, signal: AbortSignal): AsyncGenerator<string, undefined> {
  const { body } = await fetch(new URL('events', url), { signal });
  let text = '';
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const all = (text + part).split('\n\n');
    text = all.pop() ?? '';
    yield* all;
  }
  return undefined;
}
