import { join } from 'node:path';
import { type ChangeSandboxDeps, changeSandbox } from '../../src/attach/index.ts';
import { type JsonObject, parseConfiguration } from '../../src/cni/index.ts';
import { deviceInfoFiles } from '../../src/devices/index.ts';
import { type PluginRun, localHost } from '../../src/host/index.ts';
import { fileJournal, fileLocks } from '../../src/journal/index.ts';
import { type SandboxChange, type SandboxRecord, parseSettings } from '../../src/plan/index.ts';
import { quiet } from '../../src/report/index.ts';

// Changes a live sandbox in the network namespace of a test node: node change-child.ts JSON. Prints the failures. With
// `diesAt`, it kills itself at that step, before or during a journal write or plugin run.

/** The argument of this program. */
export interface ChangeWords {
  readonly cniDir: string;
  readonly pluginsDir: string;
  readonly containerId: string;
  readonly attach: readonly { readonly interfaceName: string; readonly configuration: JsonObject }[];
  /** Interface names. */
  readonly detach: readonly string[];
  readonly diesAt?: number;
}

const words = JSON.parse(process.argv[2] ?? '') as ChangeWords;
const { cniDir, pluginsDir, containerId } = words;

let steps = 0;
function step(): void {
  if (steps++ === words.diesAt) process.kill(process.pid, 'SIGKILL');
}
async function mortal<T>(work: () => Promise<T>): Promise<T> {
  step();
  const result = work();
  step();
  return result;
}

const journal = fileJournal(join(cniDir, 'journal'));
const host = localHost();
const deps: ChangeSandboxDeps = {
  settings: parseSettings({ cniVersion: '1.0.0', name: 'plexus', type: 'plexus-cni', delegates: [{ type: 'none' }] })
    .settings,
  host: { ...host, runPlugin: (run: PluginRun, signal) => mortal(() => host.runPlugin(run, signal)) },
  journal: {
    ...journal,
    write: (record) => mortal(() => journal.write(record)),
    begin: (record) => mortal(() => journal.begin(record)),
    note: (record, noted) => mortal(() => journal.note(record, noted)),
  },
  locks: fileLocks(join(cniDir, 'locks')),
  devices: {
    allocated: async () => ({ devices: [], warnings: [] }),
    isGone: async () => false,
    report: async () => undefined,
  },
  deviceInfo: deviceInfoFiles(join(cniDir, 'device-info')),
  report: quiet,
  now: Date.now,
  path: [pluginsDir],
  env: { PATH: process.env['PATH'] ?? '' },
};

function choose({ attachments }: SandboxRecord): SandboxChange {
  const [own] = attachments;
  if (own === undefined) throw new Error('the sandbox has no attachment');
  const attach = words.attach.map(({ interfaceName, configuration }) => {
    const parsed = parseConfiguration(configuration, { source: 'test' });
    const { cniArgs, defaultRoute } = own.attachment;
    return {
      interfaceName,
      network: parsed.name,
      isDefault: false,
      configuration: parsed,
      runtimeConfig: {},
      cniArgs,
      defaultRoute,
    };
  });
  return { attach, detach: attachments.filter(({ attachment }) => words.detach.includes(attachment.interfaceName)) };
}

const changed = await changeSandbox({ containerId, ifName: 'eth0' }, choose, deps, new AbortController().signal);
const failures = changed?.failures.map(
  ({ act, attachment, error }) => `${act} ${attachment.interfaceName} ${attachment.network}: ${error.message}`,
);
process.stdout.write(JSON.stringify(failures ?? 'not live'));
