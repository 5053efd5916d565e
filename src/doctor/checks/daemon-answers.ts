import { type Check, type Seen, unknown } from '../check.ts';
import type { NodeScene } from '../node-scene.ts';
import { found } from '../state-files.ts';

/** Whether the daemon answers on its socket. */
export const daemonAnswers: Check<NodeScene> = {
  id: 'PLX-D-DAEMON',
  good: 'the daemon answers on its socket',
  finds: 'no process listens on the socket of the daemon, or one listens that is not the daemon or hangs',
  fix: 'Check the pod of Plexus on this node and its log: kubectl -n kube-system logs -c daemon POD.',
  place: ({ places }) => places.socket,
  look: async ({ places, greeting, uid }, signal) => {
    const file = await found(places.socket);
    if (file === undefined) return error('it does not exist: no daemon serves this node');
    if (!file.isSocket()) return error('it is not a socket', { fix: 'Remove it and restart the daemon.' });
    const answer = await greeting(signal);
    const loose = (file.mode & 0o077) !== 0 || file.uid !== 0 ? loosely(file) : [];
    switch (answer.kind) {
      case 'welcome':
        return loose;
      case 'silent':
        return error('a process accepts the connection but does not answer in time', {
          fix: 'Restart the pod of Plexus on this node, because its daemon hangs.',
        });
      case 'refused':
        return uid === 0
          ? error(`the daemon refused the connection: ${answer.why}`)
          : [unknown('only root may connect to the daemon', { fix: 'Run it as root.' })];
      case 'absent':
        return answer.code === 'EACCES'
          ? [unknown('only root may connect to the daemon', { fix: 'Run it as root.' })]
          : error(`no process listens there (${answer.problem})`);
      case 'strange':
        return error(`the listening process is not the daemon: ${answer.problem}`);
    }
  },
};

const error = (what: string, more: Partial<Seen> = {}): readonly Seen[] => [{ severity: 'error', what, ...more }];

const loosely = ({ mode, uid }: { readonly mode: number; readonly uid: number }): readonly Seen[] => [
  {
    severity: 'warning',
    what: `it belongs to user ${uid} with mode ${(mode & 0o777).toString(8)}, but the daemon creates it for root only (mode 600)`,
    fix: 'Restart the daemon, and find the program that changed it.',
  },
];
