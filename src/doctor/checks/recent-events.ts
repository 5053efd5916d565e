import type { ApiEvent } from '../api-objects.ts';
import type { Check } from '../check.ts';
import type { ClusterScene } from '../cluster-scene.ts';
import { counted, fewOf } from '../state-files.ts';

const hour = 60 * 60 * 1000;

/** The Warning events of Plexus within the last hour. */
export const recentEvents: Check<ClusterScene> = {
  id: 'PLX-D-EVENTS',
  good: 'Plexus has sent no warnings within the last hour',
  finds: 'Warning Events of Plexus within the last hour, grouped by reason',
  fix: 'Find the identifier of each message in docs/errors.md and apply its fix.',
  place: () => 'Events',
  look: async ({ api, now, node }, signal) => {
    const all = ((await api.list(
      'list Events',
      `/api/v1/events?fieldSelector=${encodeURIComponent('type=Warning')}`,
      signal,
    )) ?? []) as readonly ApiEvent[];
    const recent = all.filter(
      (event) => isOurs(event) && now() - timeOf(event) < hour && (node === undefined || isAbout(event, node)),
    );
    const groups = Map.groupBy(recent, ({ reason = '' }) => reason);
    return [...groups]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([reason, events]) => {
        const times = events.reduce((sum, { count = 1 }) => sum + count, 0);
        const newest = events.toSorted((a, b) => timeOf(b) - timeOf(a));
        const evidence = fewOf(
          newest.map(
            ({ involvedObject, message = '' }) => `${placeOf(involvedObject)}: ${message.split('\n')[0] ?? ''}`,
          ),
        );
        return {
          severity: 'warning' as const,
          what: `${reason}: ${counted(times, 'time')}, about ${counted(events.length, 'object')}`,
          evidence,
        };
      });
  },
};

const isOurs = ({ source, reportingComponent }: ApiEvent): boolean =>
  source?.component === 'plexus' || reportingComponent === 'plexus';
const timeOf = ({ lastTimestamp, eventTime, metadata }: ApiEvent): number =>
  Date.parse(lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '');
const isAbout = ({ involvedObject }: ApiEvent, node: string): boolean =>
  involvedObject?.kind !== 'Node' || involvedObject.name === node;
const placeOf = ({ kind = '', namespace, name = '' }: NonNullable<ApiEvent['involvedObject']> = {}): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
