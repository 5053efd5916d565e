import type { CommandBody } from '../command-table.ts';
import { daemonFlags } from '../daemon-flags.ts';

export const daemonCommand: CommandBody<object> = {
  builder: (yargs) =>
    yargs
      .option('config', {
        type: 'string',
        requiresArg: true,
        describe: 'Configuration file, YAML or JSON; default: /etc/plexus/plexus.yaml, if it exists',
      })
      .options(daemonFlags())
      .example('$0 daemon', 'With /etc/plexus/plexus.yaml and the credentials of its pod')
      .example('$0 daemon --kubeconfig /etc/kubernetes/kubelet.conf --log-level info', 'Outside of a pod')
      .example('PLEXUS_LOG_LEVEL=debug $0 daemon', 'Every flag is also an environment variable')
      .epilogue(
        'Precedence: flag, environment variable, file, the CNI configuration of a call, default. See docs/configuration.md.',
      ),
  handler: async (args) => (await import('../daemon-process.ts')).runDaemonProcess(args),
};
