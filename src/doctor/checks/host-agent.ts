import { type Check, unknown } from '../check.ts';
import { type NodeScene, inState, metricIn } from '../node-scene.ts';
import { found } from '../state-files.ts';
import { observeSocketOf } from '../../host/index.ts';
import { askHttp } from './daemon-ready.ts';

/** Whether the host agent is connected. */
export const hostAgent: Check<NodeScene> = {
  id: 'PLX-D-HOST-AGENT',
  good: 'the host agent is connected, so the daemon can undo attachments in the background',
  finds:
    'no host agent is connected: nothing undoes what a DEL left, and DELs are not deferred while the daemon is unavailable',
  fix: 'Add deploy/components/host-agent, or set hostAgent.enabled in the chart. If it is installed, check the container host-agent of the pod.',
  place: ({ places }) => observeSocketOf(places.socket),
  look: async (scene, signal) => {
    const answer = await askHttp(scene, '/metrics', signal);
    if ('severity' in answer) return [answer];
    const connected = metricIn(answer.text, 'plexus_host_agent_connected');
    if (connected === undefined) return [unknown('the metrics of this daemon do not contain it: the daemon is older')];
    if (connected === 1) return [];
    const isExpected = (await found(inState(scene, 'deferred/.open'))) !== undefined;
    if (!isExpected) return [{ severity: 'note', what: 'no host agent is connected' }];
    return [
      {
        severity: 'warning',
        what: 'no host agent is connected, but one was recently',
        evidence: [`${inState(scene, 'deferred/.open')} exists`],
      },
    ];
  },
};
