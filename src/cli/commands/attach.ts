import { setTimeout as delay } from 'node:timers/promises';
import type { Argv } from 'yargs';
import { type NetworksEditor, connectForViews, networksEditor } from '../../cluster/index.ts';
import { interfaceNotAttached, networksNotInSync } from '../../errors/index.ts';
import {
  type NetworkStatus,
  inSyncCondition,
  networkStatusKey,
  networksKey,
  parseSelections,
  parseStatus,
  podKey,
  withNetwork,
  withoutInterface,
} from '../../npwg/index.ts';
import type { CommandBody } from '../command-table.ts';
import {
  type ClusterArguments,
  clusterOptions,
  namespaceOption,
  requestSignal,
  sourceFor,
} from '../cluster-options.ts';
import { say } from '../output.ts';
import { podNamed } from '../words.ts';

interface Options extends ClusterArguments {
  readonly pod: string;
  readonly namespace?: string | undefined;
  readonly wait?: number | undefined;
}

const editOptions = {
  ...clusterOptions,
  namespace: { ...namespaceOption, describe: 'Namespace of the pod; default: that of the context' },
  wait: {
    type: 'number',
    requiresArg: true,
    describe: 'Wait up to this many seconds until network-status shows the change',
  },
} as const;

const exits = 'Exit status: 0 success, 1 failure; with --wait also if the change is not in network-status in time.';

export const attachCommand: CommandBody<Options & { readonly network: string }> = {
  builder: (yargs): Argv<Options & { readonly network: string }> =>
    yargs
      .positional('pod', { type: 'string', demandOption: true, describe: 'NAME, NAMESPACE/NAME or pod/NAME' })
      .positional('network', {
        type: 'string',
        demandOption: true,
        describe: 'Network: NAME or NAMESPACE/NAME, with @INTERFACE for the name of the interface',
      })
      .options(editOptions)
      .example('$0 attach db-0 storage@data0 -n shop --wait 30', 'Attach db-0 to network storage as data0')
      .epilogue(exits),
  handler: async ({ network, ...options }) => {
    const editor = await editorOf(options);
    const [selection] = parseSelections(network, editor.namespace).selections;
    if (selection === undefined) throw new Error(`${network} is not a network`);
    const before = await editor.change(({ annotations }) =>
      withNetwork(annotations[networksKey], selection, editor.namespace),
    );
    say(`annotated pod ${podKey(editor)}: ${before}`);
    const key = `${selection.nad.namespace}/${selection.nad.name}`;
    const count = countOf(parseSelections(before, editor.namespace).selections, key);
    await editor.wait((status) =>
      selection.interfaceName === undefined
        ? status.filter(({ name }) => name === key).length >= count
        : status.some(({ name, interface: link }) => name === key && link === selection.interfaceName),
    );
  },
};

const countOf = (
  selections: readonly { readonly nad: { readonly namespace: string; readonly name: string } }[],
  key: string,
): number => selections.filter(({ nad }) => `${nad.namespace}/${nad.name}` === key).length;

export const detachCommand: CommandBody<Options & { readonly interface: string }> = {
  builder: (yargs): Argv<Options & { readonly interface: string }> =>
    yargs
      .positional('pod', { type: 'string', demandOption: true, describe: 'NAME, NAMESPACE/NAME or pod/NAME' })
      .positional('interface', { type: 'string', demandOption: true, describe: 'Name of the interface in the pod' })
      .options(editOptions)
      .example('$0 detach db-0 data0 -n shop --wait 30', 'Detach data0')
      .epilogue(exits),
  handler: async ({ interface: interfaceName, ...options }) => {
    const editor = await editorOf(options);
    const text = await editor.change(({ annotations }) => {
      const status = statusIn(annotations);
      const next = withoutInterface(annotations[networksKey], {
        interfaceName,
        podNamespace: editor.namespace,
        status,
      });
      if (next === undefined) throw interfaceNotAttached({ pod: podKey(editor), interfaceName });
      return next;
    });
    say(`annotated pod ${podKey(editor)}: ${text}`);
    await editor.wait((status) => status.every((each) => each.interface !== interfaceName));
  },
};

interface Editor {
  readonly namespace: string;
  readonly name: string;
  readonly change: (edit: Parameters<NetworksEditor['change']>[0]) => Promise<string>;
  /** Waits until network-status fulfils the condition, if the user asked for that. */
  readonly wait: (isDone: (status: readonly NetworkStatus[]) => boolean) => Promise<void>;
}

const answerMs = 30_000;
const pollMs = 250;

async function editorOf({ pod, namespace: chosen, wait, ...cluster }: Options): Promise<Editor> {
  const { name, namespace: given = chosen } = podNamed(pod);
  const source = sourceFor(cluster, process.env);
  const namespace = given ?? (await connectForViews(source)).namespace;
  const editor = await networksEditor(source, { namespace, name });
  return {
    namespace,
    name,
    change: (edit) => editor.change(edit, requestSignal(cluster, answerMs)),
    wait: async (isDone) => {
      if (wait === undefined) return;
      const until = performance.now() + wait * 1000;
      for (;;) {
        const { annotations, conditions } = await editor.read(requestSignal(cluster, answerMs));
        if (isDone(statusIn(annotations))) return;
        const problem = conditions.find(({ type, status }) => type === inSyncCondition && status === 'False');
        if (performance.now() > until)
          throw networksNotInSync({ pod: podKey({ namespace, name }), seconds: wait, problem: problem?.message });
        await delay(pollMs);
      }
    },
  };
}

function statusIn(annotations: Readonly<Record<string, string>>): readonly NetworkStatus[] {
  try {
    return parseStatus(annotations[networkStatusKey] ?? '[]');
  } catch {
    return [];
  }
}
