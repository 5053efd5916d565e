import yargs from 'yargs';
import { is, nothingLookedAt } from '../errors/index.ts';
import { attachCommand, detachCommand } from './commands/attach.ts';
import { attachmentsCommand } from './commands/attachments.ts';
import { canUseCommand } from './commands/can-use.ts';
import { cniCommand } from './commands/cni.ts';
import { completionCommand } from './commands/completion.ts';
import { daemonCommand } from './commands/daemon.ts';
import { devicesCommand } from './commands/devices.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { graphCommand } from './commands/graph.ts';
import { installCommand } from './commands/install.ts';
import { networksCommand } from './commands/networks.ts';
import { planCommand } from './commands/plan.ts';
import { podCommand } from './commands/pod.ts';
import { podsCommand } from './commands/pods.ts';
import { statusCommand } from './commands/status.ts';
import { traceCommand } from './commands/trace.ts';
import { uiCommand } from './commands/ui.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { validateCommand } from './commands/validate.ts';
import { versionCommand } from './commands/version.ts';
import { webhookCommand } from './commands/webhook.ts';
import { type ExitStatus, outliveReaders, reportFailure } from './output.ts';
import { versionText } from './version-text.ts';

/**
 * Runs one command of `plexus`, called by the name `program`. Returns the exit status: 0 done, 1 the command failed, 2
 * invalid arguments.
 */
export async function runCommandLine(words: readonly string[], program = 'plexus'): Promise<ExitStatus> {
  outliveReaders([process.stdout, process.stderr]);
  let misuse: string | undefined;
  let status: ExitStatus = 0;
  const end = (each: ExitStatus): void => void (status = each);
  const parser = yargs(words.map((word) => (word === '-' ? '/dev/stdin' : word))) // yargs drops a lone -.
    .scriptName(program)
    .usage('$0 <command>\n\nPlexus attaches Kubernetes pods to several networks.')
    .command(planCommand(end))
    .command(networksCommand(end))
    .command(statusCommand(end))
    .command(podsCommand(end))
    .command(podCommand(end))
    .command(explainCommand(end))
    .command(graphCommand(end))
    .command(uiCommand(end))
    .command(attachCommand)
    .command(detachCommand)
    .command(canUseCommand(end))
    .command(attachmentsCommand(end))
    .command(devicesCommand(end))
    .command(doctorCommand)
    .command(cniCommand)
    .command(daemonCommand)
    .command(installCommand)
    .command(traceCommand(end))
    .command(uninstallCommand)
    .command(validateCommand(end))
    .command(webhookCommand)
    .command(completionCommand)
    .command(versionCommand)
    .demandCommand(
      1,
      'Specify a command: status, plan, networks, pods, pod, explain, trace, graph, ui, attach, detach, can-use, attachments, devices, doctor, cni, daemon, install, uninstall, validate, webhook, completion or version.',
    )
    .middleware(lastOfEach)
    .strict()
    .recommendCommands()
    .version(versionText())
    .help()
    .epilogue(
      'Exit status: 0 success, 1 the command failed, 2 wrong usage, unless the help of the command states otherwise.',
    )
    .exitProcess(false)
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .fail((message: string | null, error) => {
      misuse = message ?? undefined; // Null if a command itself failed.
      throw error ?? new Error(message ?? 'unknown');
    });
  try {
    await parser.parseAsync();
    return status;
  } catch (thrown) {
    if (misuse !== undefined) return reportMisuse(misuse, program);
    reportFailure(thrown);
    return is(thrown, nothingLookedAt) ? 2 : 1;
  }
}

const repeatable = [
  '_',
  'files',
  'as-group',
  'asGroup',
  'device',
  'sandboxes',
  'get-yargs-completions',
  'getYargsCompletions',
];

// If an option is repeated, the last one wins, as everywhere.
function lastOfEach(given: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(given))
    if (Array.isArray(value) && !repeatable.includes(key)) given[key] = value.at(-1);
}

function reportMisuse(problem: string, program: string): 2 {
  process.stderr.write(`plexus: ${problem}\nSee: ${program} --help\n`);
  return 2;
}
