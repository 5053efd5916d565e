import { unlistableProblem } from '../../errors/index.ts';
import type { Link } from '../../host/index.ts';
import type { AttachDeps } from '../deps.ts';

/**
 * Lists the links of a sandbox; undefined, with a warning, if it has too many or changes them constantly, which proves
 * nothing about its attachments. Rejects as Host.listLinks for any other reason.
 */
export async function listableLinks(
  netns: string,
  { sandbox, pod }: { readonly sandbox: string; readonly pod?: string | undefined },
  { host, report }: Pick<AttachDeps, 'host' | 'report'>,
  signal: AbortSignal,
): Promise<readonly Link[] | undefined> {
  try {
    return await host.listLinks(netns, signal);
  } catch (thrown) {
    const problem = unlistableProblem(thrown);
    if (problem === undefined) throw thrown;
    const text = `the links of the sandbox cannot be listed, so they are not checked: ${problem}`;
    report({ kind: 'warning', sandbox, ...(pod !== undefined && { pod }), text });
    return undefined;
  }
}
