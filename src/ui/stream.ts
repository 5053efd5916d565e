import type http from 'node:http';
import type { LiveState } from './live-state.ts';
import type { PageChange } from './page-state.ts';

/** Well below the ten seconds after which the page marks its content as old. */
const aliveMs = 3000;

/**
 * Sends server-sent events: the whole state first, then what changes. A page that reads too slowly gets the whole state
 * once it has caught up, instead of a growing queue of changes.
 */
export function stream(
  { request, response }: { readonly request: http.IncomingMessage; readonly response: http.ServerResponse },
  live: LiveState,
): void {
  response.writeHead(200, {
    'cache-control': 'no-store, no-transform',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-type': 'text/event-stream',
    'x-accel-buffering': 'no',
  });
  if (request.method === 'HEAD') return void response.end();
  let isBehind = false;
  const send = (event: string, data: unknown): void => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const stop = live.onChange((change: PageChange) => {
    if (response.writableNeedDrain) isBehind = true;
    else send('change', change);
  });
  response.on('drain', () => {
    if (isBehind) send('state', live.current());
    isBehind = false;
  });
  const alive = setInterval(() => {
    if (!response.writableNeedDrain) send('alive', '');
  }, aliveMs);
  response.on('close', () => {
    stop();
    clearInterval(alive);
  });
  send('state', live.current());
}
