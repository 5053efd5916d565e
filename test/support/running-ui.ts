import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OverviewScope, connectForViews } from '../../src/cluster/index.ts';
import { recentAt } from '../../src/cli/commands/ui.ts';
import type { PodSummary } from '../../src/npwg/index.ts';
import { type UiOptions, serveUi } from '../../src/ui/index.ts';
import { type ApiServer, startApiServer } from './api-server/index.ts';
import { putSample, samplePods } from './sample-cluster.ts';

export interface RunningUi {
  readonly server: ApiServer;
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts the page of `plexus ui` with its own API server and these pods, on a machine without a daemon. */
export async function startUi(
  pods: readonly PodSummary[] = samplePods,
  scope: OverviewScope = {},
  proxied?: UiOptions['proxied'],
): Promise<RunningUi> {
  const server = await startApiServer();
  putSample(server, pods);
  const { url, stop } = await startUiOver(server, '/nowhere/plexus.sock', scope, proxied);
  return { server, url, stop: () => stop().then(() => server.close()) };
}

/** Starts the page with an existing API server and a daemon's socket. Stopping the page does not stop the server. */
export async function startUiOver(
  server: ApiServer,
  socket: string,
  scope: OverviewScope = {},
  proxied?: UiOptions['proxied'],
): Promise<RunningUi> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-ui-'));
  const file = join(folder.path, 'kubeconfig');
  await server.writeKubeconfig(file);
  const cluster = await connectForViews({ kind: 'kubeconfig', file });
  const end = new AbortController();
  const { url, ended } = await serveUi(
    { cluster, scope, port: 0, recent: recentAt(socket), ...(proxied && { proxied }) },
    end.signal,
  );
  const stop = async (): Promise<void> => {
    end.abort();
    await ended;
  };
  return { server, url, stop };
}
