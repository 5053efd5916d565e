import { type Check, unknown } from '../check.ts';
import { type NodeScene, metricIn } from '../node-scene.ts';
import { observeSocketOf } from '../../host/index.ts';
import { askHttp } from './daemon-ready.ts';

/** Whether the daemon's watch of networks is up to date. */
export const nadWatch: Check<NodeScene> = {
  id: 'PLX-D-WATCH',
  good: "the daemon's watch of NetworkAttachmentDefinitions is up to date",
  finds: 'changes of NetworkAttachmentDefinitions do not reach the daemon, so it uses the last known ones',
  fix: 'Check why this node cannot reach the API server; the log of the daemon contains the last error.',
  place: ({ places }) => observeSocketOf(places.socket),
  look: async (scene, signal) => {
    const answer = await askHttp(scene, '/metrics', signal);
    if ('severity' in answer) return [answer];
    const [synced, objects] = ['plexus_watch_synced', 'plexus_watch_objects'].map((name) =>
      metricIn(answer.text, name),
    );
    if (synced === undefined) return [unknown('the metrics do not contain it')];
    return synced === 1
      ? []
      : [
          {
            severity: 'warning',
            what: 'the watch is interrupted',
            evidence: [`${objects ?? 0} NetworkAttachmentDefinitions are in the cache`],
          },
        ];
  },
};
