import yargs from 'yargs';
import { asPlexusError, detailsOf, summaryOf } from '../errors/index.ts';
import { attachmentsCommand } from './commands/attachments.ts';
import { cniCommand } from './commands/cni.ts';
import { daemonCommand } from './commands/daemon.ts';
import { installCommand } from './commands/install.ts';
import { planCommand } from './commands/plan.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { validateCommand } from './commands/validate.ts';
import { versionCommand } from './commands/version.ts';
import { versionText } from './version-text.ts';

/** Runs one command of `plexus`. Returns the exit status: 0 done, 1 the command failed, 2 it was called wrongly. */
export async function runCommandLine(words: readonly string[]): Promise<0 | 1 | 2> {
  let misuse: string | undefined;
  let status: 0 | 1 | 2 = 0;
  const parser = yargs(words.map((word) => (word === '-' ? '/dev/stdin' : word))) // yargs drops a lone -
    .scriptName('plexus')
    .usage('$0 <command>\n\nPlexus attaches Kubernetes pods to several networks.')
    .command(planCommand)
    .command(attachmentsCommand)
    .command(cniCommand)
    .command(daemonCommand)
    .command(installCommand)
    .command(uninstallCommand)
    .command(validateCommand((to) => void (status = to)))
    .command(versionCommand)
    .demandCommand(1, 'Say which command: plan, attachments, cni, daemon, install, uninstall, validate or version.')
    .strict()
    .recommendCommands()
    .version(versionText())
    .help()
    .epilogue('Exit status: 0 done, 1 the command failed, 2 it was called wrongly.')
    .exitProcess(false)
    .wrap(100)
    .fail((message: string | null, error) => {
      misuse = message ?? undefined; // null when a command itself failed
      throw error ?? new Error(message ?? 'unknown');
    });
  try {
    await parser.parseAsync();
    return status;
  } catch (thrown) {
    return misuse === undefined ? failed(thrown) : misused(misuse);
  }
}

function misused(problem: string): 2 {
  process.stderr.write(`plexus: ${problem}\nSee: plexus --help\n`);
  return 2;
}

function failed(thrown: unknown): 1 {
  const error = asPlexusError(thrown);
  const details = detailsOf(error);
  process.stderr.write(`plexus: ${summaryOf(error)}\n${details === '' ? '' : `  ${details}\n`}`);
  return 1;
}
