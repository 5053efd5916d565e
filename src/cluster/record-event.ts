import { createHash, randomBytes } from 'node:crypto';
import { clip } from '../errors/index.ts';
import type { PodRef } from '../npwg/index.ts';
import { type ApiAnswer, type ApiRequest, pathSegment } from '../kube/index.ts';
import { type EventSubject, type PodEvent, subjectKey, warningKey } from './cluster.ts';

type Send = (request: ApiRequest, expected: readonly number[]) => Promise<ApiAnswer>;

/**
 * Creates an Event, or increments the count of an existing one. A repeated Event that the server has deleted (after an
 * hour) is created again.
 */
export async function recordEvent(subject: EventSubject, event: PodEvent, send: Send): Promise<void> {
  if (event.repeats !== undefined && (await incrementCount(subject, event, send))) return;
  const { status } = await send(creationOf(subject, event), [409]);
  // Reported before this daemon started.
  if (status === 409) await incrementCount(subject, { ...event, repeats: event.repeats ?? 1 }, send);
}

/**
 * Increments the count of an Event; returns false if there is none. Only this node reports Events about its pods, so no
 * other writer interferes.
 */
async function incrementCount(subject: EventSubject, event: PodEvent, send: Send): Promise<boolean> {
  const { status, body } = await send(change(subject, event, { lastTimestamp: new Date().toISOString() }), [404]);
  if (status === 404) return false;
  const { count = 1 } = (body ?? {}) as { readonly count?: number };
  await send(change(subject, event, { count: count + (event.repeats ?? 1) }), [404]);
  return true;
}

const change = (subject: EventSubject, event: PodEvent, body: object): ApiRequest => ({
  verb: 'patch',
  resource: 'events',
  path: `${eventsPath(subject)}/${pathSegment(eventName(subject, event))}`,
  contentType: 'application/merge-patch+json',
  body,
  what: `count event ${event.reason} of ${subjectKey(subject)}`,
});

// Events about cluster-scoped objects are in the namespace "default".
const namespaceOf = (subject: EventSubject): string => ('node' in subject ? 'default' : subject.namespace);

const eventsPath = (subject: EventSubject): string => `/api/v1/namespaces/${pathSegment(namespaceOf(subject))}/events`;

const mostMessageBytes = 1024;

function creationOf(subject: EventSubject, event: PodEvent): ApiRequest {
  const now = new Date().toISOString();
  const involvedObject = referenceTo(subject);
  const body = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace: namespaceOf(subject), name: eventName(subject, event) },
    involvedObject,
    type: event.type,
    reason: event.reason,
    message: clip(event.message, mostMessageBytes),
    source: { component: 'plexus' },
    reportingComponent: 'plexus',
    reportingInstance: 'plexus',
    firstTimestamp: now,
    lastTimestamp: now,
    count: event.repeats ?? 1,
  };
  return {
    verb: 'create',
    resource: 'events',
    path: eventsPath(subject),
    body,
    what: `record event ${event.reason} of ${subjectKey(subject)}`,
  };
}

// Kubelet uses the node's name as UID in Events about its node, and kubectl describe searches for that.
const referenceTo = (
  subject: EventSubject,
): { readonly kind: string; readonly name: string; readonly namespace?: string; readonly uid?: string } =>
  'node' in subject ? { kind: 'Node', name: subject.node, uid: subject.node } : { ...onlyOf(subject), kind: 'Pod' };

const onlyOf = ({ namespace, name, uid }: PodRef & { readonly uid?: string }) => ({
  apiVersion: 'v1',
  namespace,
  name,
  ...(uid !== undefined && { uid }),
});

// The runtime repeats a failing ADD for hours. The same warning about the same pod has the same name, so it is one
// Event.
function eventName(subject: EventSubject, event: PodEvent): string {
  const suffix =
    event.type === 'Warning'
      ? createHash('sha256').update(warningKey(subject, event)).digest('hex').slice(0, 16)
      : randomBytes(8).toString('hex');
  return `${referenceTo(subject).name}.${suffix}`;
}
