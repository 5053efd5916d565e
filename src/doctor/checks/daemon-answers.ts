import { type Check, type Seen, unknown } from '../check.ts';
import type { NodeScene } from '../node-scene.ts';
import { found } from '../state-files.ts';

/** Whether the daemon answers on its socket. */
export const daemonAnswers: Check<NodeScene> = {
  id: 'PLX-D-DAEMON',
  good: 'the daemon answers on its socket',
  finds: 'nobody listens on the socket of the daemon, or who listens does not answer as the daemon does',
  fix: 'Look at the pod of Plexus on this node and at its log: kubectl -n kube-system logs -c daemon POD.',
  place: ({ places }) => places.socket,
  look: async ({ places, greeting, uid }, signal) => {
    const file = await found(places.socket);
    if (file === undefined) return error('it is not there: no daemon serves this node');
    if (!file.isSocket()) return error('it is no socket', { fix: 'Remove it and restart the daemon.' });
    const answer = await greeting(signal);
    const loose = (file.mode & 0o077) !== 0 || file.uid !== 0 ? loosely(file) : [];
    switch (answer.kind) {
      case 'welcome':
        return loose;
      case 'silent':
        return error('somebody accepts the connection and does not answer in time', {
          fix: 'Restart the pod of Plexus on this node: its daemon hangs.',
        });
      case 'refused':
        return uid === 0
          ? error(`the daemon refuses: ${answer.why}`)
          : [unknown('only root may ask the daemon', { fix: 'Run it as root.' })];
      case 'absent':
        return answer.code === 'EACCES'
          ? [unknown('only root may ask the daemon', { fix: 'Run it as root.' })]
          : error(`nobody listens there (${answer.problem})`);
      case 'strange':
        return error(`who listens there is not the daemon: ${answer.problem}`);
    }
  },
};

const error = (what: string, more: Partial<Seen> = {}): readonly Seen[] => [{ severity: 'error', what, ...more }];

const loosely = ({ mode, uid }: { readonly mode: number; readonly uid: number }): readonly Seen[] => [
  {
    severity: 'warning',
    what: `it belongs to user ${uid} with mode ${(mode & 0o777).toString(8)}: the daemon makes it for root alone (600)`,
    fix: 'Restart the daemon, and find out who changed it.',
  },
];
