import type { ReadStream } from 'node:tty';
import { configUndecodable } from '../errors/index.ts';

const mostBytes = 16 * 1024 * 1024;
const optionalWaitMs = 250;

type Stdin = NodeJS.ReadStream | ReadStream;

/**
 * Reads all of stdin as text. An `optional` stdin (VERSION, CNI-04) times out if nobody writes or closes it, because a
 * runtime need not send any. Invalid UTF-8 becomes replacement characters, which the JSON parser then rejects or
 * accepts.
 */
export async function readStdin(stdin: Stdin, optional: boolean): Promise<string> {
  if (stdin.isTTY) return '';
  const all = collect(stdin);
  if (!optional) return all;
  const { promise, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(''), optionalWaitMs);
  return Promise.race([all, promise]).finally(() => clearTimeout(timer));
}

async function collect(stdin: Stdin): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += buffer.length;
    if (bytes > mostBytes) throw configUndecodable({ source: 'stdin', problem: `longer than ${mostBytes} bytes` });
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
