import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { hostFileFor } from './host-file.ts';

/** One call as a container runtime makes it. */
export interface RuntimeCall {
  readonly command: string;
  readonly config: object | string;
  readonly containerId?: string;
  readonly netns?: string;
  readonly ifName?: string;
  readonly args?: string;
  /** CNI_PATH. */
  readonly path?: readonly string[];
  /** Namespace that represents the node; without it the call runs in the test's namespace. */
  readonly nodeNetns?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly executable?: string;
}
export interface RuntimeAnswer {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The plugin as built by `npm run build`. */
export const plexusCni = join(import.meta.dirname, '../../dist/plexus-cni');
/** The plugin as one file, as built by `npm run build:standalone`. */
export const plexusDirect = join(import.meta.dirname, '../../dist/standalone/plexus-direct');

/**
 * Calls the plugin in its own process with the environment of a runtime: CNI_*, PATH, and a plexus-host.json that
 * allows the configuration's paths.
 */
export function callCni(call: RuntimeCall): Promise<RuntimeAnswer> {
  const program = call.executable ?? plexusCni;
  const [file, ...args] = call.nodeNetns === undefined ? [program] : ['nsenter', `--net=${call.nodeNetns}`, program];
  const { promise, resolve, reject } = Promise.withResolvers<RuntimeAnswer>();
  const child = spawn(file, args, { env: environment(call), stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.on('error', reject);
  child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  child.stdin.on('error', () => {}); // A plugin need not read its stdin.
  child.stdin.end(typeof call.config === 'string' ? call.config : JSON.stringify(call.config));
  return promise;
}

const environment = (call: RuntimeCall): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
  CNI_COMMAND: call.command,
  ...(call.containerId !== undefined && { CNI_CONTAINERID: call.containerId }),
  ...(call.netns !== undefined && { CNI_NETNS: call.netns }),
  ...(call.ifName !== undefined && { CNI_IFNAME: call.ifName }),
  ...(call.args !== undefined && { CNI_ARGS: call.args }),
  ...(call.path !== undefined && { CNI_PATH: call.path.join(':') }),
  ...hostFileFor(call.config),
  ...call.env,
});

/** CNI_ARGS as containerd and CRI-O set them (K8S-30). */
export const podArgs = (
  pod: { readonly namespace: string; readonly name: string; readonly uid?: string },
  containerId: string,
): string =>
  `IgnoreUnknown=1;K8S_POD_NAMESPACE=${pod.namespace};K8S_POD_NAME=${pod.name};K8S_POD_INFRA_CONTAINER_ID=${containerId}` +
  (pod.uid === undefined ? '' : `;K8S_POD_UID=${pod.uid}`);
