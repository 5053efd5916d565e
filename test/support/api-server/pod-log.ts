import type { KubeObject } from './json.ts';
import type { RequestInfo } from './request-info.ts';

/** Whose log a client reads. */
export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The log of the container before its last restart. */
  readonly previous: boolean;
}

interface HasLogs {
  readonly logs?: (request: LogRequest) => string;
}

/** Whether a request reads the log of a pod, and pods have logs. */
export const isLogRequest = ({ logs }: HasLogs, { method, resource, subresource, name }: RequestInfo): boolean =>
  logs !== undefined && method === 'GET' && resource === 'pods' && subresource === 'log' && name !== '';

/** The log of a container as kubelet returns it: the last `tailLines` lines, of which the first `limitBytes` bytes. */
export function podLog(
  { logs }: HasLogs,
  { metadata }: KubeObject,
  query: URLSearchParams,
): { readonly bytes: Buffer; readonly contentType: string } {
  const { namespace = '', name: pod } = metadata;
  const previous = query.get('previous') === 'true';
  const text = logs?.({ namespace, pod, container: query.get('container') ?? '', previous }) ?? '';
  const lines = text.split(/(?<=\n)/).slice(-Number(query.get('tailLines') ?? Infinity));
  const bytes = Buffer.from(lines.join('')).subarray(0, Number(query.get('limitBytes') ?? Infinity));
  return { bytes, contentType: 'text/plain' };
}
