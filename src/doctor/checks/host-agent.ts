import { type Check, unknown } from '../check.ts';
import { type NodeScene, inState, metricIn } from '../node-scene.ts';
import { found } from '../state-files.ts';
import { observeSocketOf } from '../../host/index.ts';
import { askHttp } from './daemon-ready.ts';

/** Whether the host agent is connected. */
export const hostAgent: Check<NodeScene> = {
  id: 'PLX-D-HOST-AGENT',
  good: 'the host agent is connected: the daemon can undo things by itself',
  finds: 'no host agent is connected: what a DEL could not undo stays, and no DEL is kept while the daemon is away',
  fix: 'Add it: deploy/components/host-agent, or hostAgent.enabled in the chart. If it is there, look at the container host-agent of the pod.',
  place: ({ places }) => observeSocketOf(places.socket),
  look: async (scene, signal) => {
    const answer = await askHttp(scene, '/metrics', signal);
    if ('severity' in answer) return [answer];
    const connected = metricIn(answer.text, 'plexus_host_agent_connected');
    if (connected === undefined) return [unknown('the metrics of this daemon do not say: it is older')];
    if (connected === 1) return [];
    const isExpected = (await found(inState(scene, 'deferred/.open'))) !== undefined;
    if (!isExpected) return [{ severity: 'note', what: 'no host agent is connected' }];
    return [
      {
        severity: 'warning',
        what: 'no host agent is connected, and one was shortly before',
        evidence: [`${inState(scene, 'deferred/.open')} is there`],
      },
    ];
  },
};
