import type { Argv, CommandModule } from 'yargs';
import type { ExitStatus } from './output.ts';

/** The options of a command, and what it does. */
export type CommandBody<Options> = Pick<CommandModule<object, Options>, 'builder' | 'handler'>;

/** Sets the exit status of the program. */
type End = (status: ExitStatus) => void;

/** Where a command appears in the help. Internal: only components of an installation run it. */
export type CommandGroup = 'look' | 'check' | 'repair' | 'install' | 'internal';

/** A command of plexus. Its options and its code are loaded only if the command line names it. */
export interface CommandEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  /** The name, and the positional arguments in the form of yargs. */
  readonly usage: string;
  readonly describe: string;
  readonly group: CommandGroup;
  /** Loads the command and adds it to a parser. */
  readonly register: (parser: Argv, end: End) => Promise<void>;
}

function command<Options>(
  group: CommandGroup,
  [usage, ...aliases]: readonly [string, ...string[]],
  describe: string,
  load: (end: End) => Promise<CommandBody<Options>>,
): CommandEntry {
  const [name = ''] = usage.split(' ');
  const register = async (parser: Argv, end: End): Promise<void> => {
    parser.command<Options>({ command: usage, aliases, describe, ...(await load(end)) });
  };
  return { name, aliases, usage, describe, group, register };
}

/** All commands, in the order of the help. */
export const commandTable: readonly CommandEntry[] = [
  command(
    'look',
    ['status'],
    'Summarize the installation in a few lines: daemons, versions, networks, pods, leftovers',
    async (end) => (await import('./commands/status.ts')).statusCommand(end),
  ),
  command(
    'look',
    ['networks', 'nets'],
    'Show the networks of a cluster: origin, plugins, subnets and number of pods',
    async (end) => (await import('./commands/networks.ts')).networksCommand(end),
  ),
  command('look', ['pods'], 'Show every attachment of pods to networks, with its addresses and problems', async (end) =>
    (await import('./commands/pods.ts')).podsCommand(end),
  ),
  command('look', ['pod <name>'], 'Show the networks of one pod: interfaces, addresses and problems', async (end) =>
    (await import('./commands/pod.ts')).podCommand(end),
  ),
  command(
    'look',
    ['trace [what] [name]'],
    'Show recent operations of a daemon on the pods of its node, step by step',
    async (end) => (await import('./commands/trace.ts')).traceCommand(end),
  ),
  command(
    'look',
    ['graph'],
    'Draw pods and networks: as a picture (SVG), for Mermaid or Graphviz, or as data',
    async (end) => (await import('./commands/graph.ts')).graphCommand(end),
  ),
  command(
    'look',
    ['ui'],
    'Serve a live page with networks, pods and problems for the browser on this machine; changes nothing',
    async (end) => (await import('./commands/ui.ts')).uiCommand(end),
  ),
  command(
    'look',
    ['devices'],
    'Show the devices that kubelet allocated to pods of a node, and the attachments that use them',
    async (end) => (await import('./commands/devices.ts')).devicesCommand(end),
  ),
  command(
    'check',
    ['doctor'],
    'Check an installation on this node and in the cluster, and print a fix for each problem; changes nothing',
    async () => (await import('./commands/doctor.ts')).doctorCommand,
  ),
  command(
    'check',
    ['validate [files..]'],
    'Check networks, pods and configurations before they are used; changes nothing',
    async (end) => (await import('./commands/validate.ts')).validateCommand(end),
  ),
  command(
    'check',
    ['plan [name]'],
    'Show the networks that a pod would get and the exact input of each plugin; changes nothing',
    async (end) => (await import('./commands/plan.ts')).planCommand(end),
  ),
  command(
    'check',
    ['explain [identifier]'],
    'Explain an identifier PLX-… of an error, a check or a rule; without one, list them',
    async (end) => (await import('./commands/explain.ts')).explainCommand(end),
  ),
  command(
    'check',
    ['sysdump'],
    'Write one archive for a bug report: versions, configuration, findings, journal, logs; secrets are masked',
    async () => (await import('./commands/sysdump.ts')).sysdumpCommand,
  ),
  command(
    'check',
    ['can-use <network>'],
    'Show whether a user or a ServiceAccount may use a network, and how to grant it',
    async (end) => (await import('./commands/can-use.ts')).canUseCommand(end),
  ),
  command(
    'repair',
    ['attach <pod> <network>'],
    'Add a network to the annotation of a running pod, which then gains an interface',
    async () => (await import('./commands/attach.ts')).attachCommand,
  ),
  command(
    'repair',
    ['detach <pod> <interface>'],
    'Remove the network of an interface from the annotation of a running pod, which then loses the interface',
    async () => (await import('./commands/attach.ts')).detachCommand,
  ),
  command(
    'repair',
    ['attachments [action] [sandboxes..]'],
    "Show, check, detach or forget the attachments of a node, as the daemon's journal records them",
    async (end) => (await import('./commands/attachments.ts')).attachmentsCommand(end),
  ),
  command(
    'install',
    ['install'],
    'Install the shim, which the container runtime calls, on this node (the init container of the DaemonSet runs this)',
    async () => (await import('./commands/install.ts')).installCommand,
  ),
  command(
    'install',
    ['uninstall'],
    'Remove Plexus from this node and restore the state before it',
    async () => (await import('./commands/uninstall.ts')).uninstallCommand,
  ),
  command(
    'install',
    ['completion <shell>'],
    'Print a script that completes commands and options in a shell',
    async () => (await import('./commands/completion.ts')).completionCommand,
  ),
  command(
    'install',
    ['version'],
    'Show the version of Plexus and of the specifications it follows, and those in a cluster or on a node',
    async () => (await import('./commands/version.ts')).versionCommand,
  ),
  command(
    'internal',
    ['cni'],
    'Run as the CNI plugin: read CNI_* variables and stdin, answer on stdout (the container runtime calls this)',
    async () => (await import('./commands/cni.ts')).cniCommand,
  ),
  command(
    'internal',
    ['daemon'],
    'Serve the CNI calls of this node (the DaemonSet runs this)',
    async () => (await import('./commands/daemon.ts')).daemonCommand,
  ),
  command(
    'internal',
    ['webhook'],
    'Serve the admission webhook of the cluster (its Deployment runs this)',
    async () => (await import('./commands/webhook.ts')).webhookCommand,
  ),
];

/** The command with this name or alias. */
export const commandNamed = (word: string): CommandEntry | undefined =>
  commandTable.find(({ name, aliases }) => name === word || aliases.includes(word));
