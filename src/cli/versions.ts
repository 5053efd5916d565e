import { type ComponentVersion, clusterVersions, nodeVersions, versionSkew } from '../doctor/index.ts';
import { scenesFor } from './doctor-checks.ts';
import type { NodeArguments } from './node-options.ts';
import { versionText } from './version-text.ts';

/** Arguments of `plexus version`. */
export interface VersionArguments extends NodeArguments {
  readonly end: string;
  readonly socket?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

const timeoutS = 10;

/** The versions of the selected sides, and warnings about those that do not fit each other. */
export async function versionsOf(
  options: VersionArguments,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly rows: readonly ComponentVersion[]; readonly warnings: readonly string[] }> {
  const { node, cluster } = await scenesFor({ ...options, http: 'off', timeout: timeoutS }, env);
  const signal = AbortSignal.timeout(timeoutS * 1000);
  const [ofCluster, ofNode] = await Promise.all([
    cluster === undefined ? [] : clusterVersions(cluster),
    node === undefined ? [] : nodeVersions(node, signal),
  ]);
  const rows = [...ofCluster, ...ofNode];
  return { rows, warnings: versionSkew(versionText(), rows) };
}
