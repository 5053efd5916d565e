import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern plugins, their results, and commands on the host.

export const pluginMissing = define(
  'PLX-PLUGIN-MISSING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'later',
    fix: 'Install the plugin on this node in one of these folders.',
  },
  (c: { plugin: string; folders: readonly string[] }) =>
    `CNI plugin ${JSON.stringify(c.plugin)} is missing in ${c.folders.join(', ') || '(no folder given)'}`,
);
export const pluginNotRunnable = define(
  'PLX-PLUGIN-NOT-RUNNABLE',
  {
    code: cniCode.io,
    retry: 'later',
    fix: 'Check that the file is executable and built for the architecture of this node.',
  },
  (c: { plugin: string; file: string; problem: string }) =>
    `CNI plugin ${c.plugin} (${c.file}) cannot be run: ${c.problem}`,
);
export const pluginFailed = define(
  'PLX-PLUGIN-FAILED',
  {
    code: cniCode.internal,
    retry: 'later',
    fix: 'Read the message of the plugin. To see what the plugin received, run plexus trace pod NAME --verbose on the node.',
  },
  (c: { plugin: string; command: string; message: string }) => `plugin ${c.plugin} failed (${c.command}): ${c.message}`,
);
export const pluginTimeout = define(
  'PLX-PLUGIN-TIMEOUT',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Read the log of the plugin. If the plugin is only slow, raise deadlines.pluginSeconds in the configuration of Plexus.',
  },
  (c: { plugin: string; command: string; seconds: number }) =>
    `plugin ${c.plugin} did not finish ${c.command} within ${c.seconds} s and was killed`,
);
export const pluginOutputTooLong = define(
  'PLX-PLUGIN-OUTPUT-TOO-LONG',
  {
    code: cniCode.io,
    retry: 'never',
    fix: 'Update the plugin or report this to its vendor: it must print one result.',
  },
  (c: { plugin: string; limitBytes: number }) =>
    `plugin ${c.plugin} printed more than ${c.limitBytes} bytes and was killed`,
);
export const resultInvalid = define(
  'PLX-RESULT-INVALID',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'Update the plugin, or move its log to stderr or a file: it must print only its result on stdout.',
  },
  (c: { source: string; problem: string }) => `${c.source} is not a CNI result: ${c.problem}`,
);
export const resultTooLarge = define(
  'PLX-RESULT-TOO-LARGE',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'Update the plugin, or reduce what its configuration makes it return.',
  },
  (c: { source: string; holds: string; most: string }) =>
    `${c.source} is too large: it holds ${c.holds}, but Plexus accepts at most ${c.most}`,
);
export const resultNotConvertible = define(
  'PLX-RESULT-NOT-CONVERTIBLE',
  {
    code: cniCode.incompatibleVersion,
    retry: 'never',
    fix: 'Use a newer cniVersion: 0.3.1 and later can hold every result.',
  },
  (c: { from: string; to: string; problem: string }) =>
    `a CNI result of version ${c.from} cannot be converted to ${c.to}: ${c.problem}`,
);
export const routesFailed = define(
  'PLX-ROUTES-FAILED',
  {
    code: cniCode.attachment,
    retry: 'never',
    fix: 'Check that the gateway is reachable through an address of that interface.',
  },
  (c: { interfaceName: string; problem: string }) => `default route of ${c.interfaceName} cannot be set: ${c.problem}`,
);
export const hostCommandFailed = define(
  'PLX-HOST-COMMAND-FAILED',
  {
    code: cniCode.io,
    retry: 'later',
    fix: 'Check that iproute2 and util-linux are installed and that Plexus runs as root.',
  },
  (c: { command: string; problem: string; isUnlistable?: boolean }) => `${c.command} failed: ${c.problem}`,
);
