import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type JsonObject, parseJsonObject } from '../../src/cni/index.ts';
import { plexusCni, podArgs } from '../support/cni-runtime.ts';
import { hostFileFor } from '../support/host-file.ts';
import { configAsRuntime } from '../support/config-as-runtime.ts';
import { shim } from '../support/daemon.ts';
import type { BenchNode, BenchPod } from './node.ts';
import type { Call } from './run-calls.ts';

export type Command = 'ADD' | 'DEL';

/** One way to attach a pod, and the call that the runtime makes. */
export interface Variant {
  readonly name: string;
  readonly calls: (command: Command, pod: BenchPod, further: number) => readonly Call[];
}
interface Words {
  readonly command: Command;
  readonly pod: BenchPod;
  readonly containerId: string;
  readonly ifName?: string;
}

/** The environment for a plugin that is found through CNI_PATH and that finds others there. */
const envOf = (at: BenchNode, { command, pod, containerId, ifName = 'eth0' }: Words): Record<string, string> => ({
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  CNI_COMMAND: command,
  CNI_CONTAINERID: containerId,
  CNI_NETNS: pod.netns.path,
  CNI_IFNAME: ifName,
  CNI_ARGS: podArgs(pod, containerId),
  CNI_PATH: at.plugins,
});

/** The plugins of all networks, sequentially, without any meta-plugin. */
export const bare = (at: BenchNode): Variant => ({
  name: 'bare',
  calls: (command, pod, further) => {
    const all = Array.from({ length: further + 1 }, (_, index): Call => {
      const config = at.network(index);
      const words = { command, pod, containerId: `bare-${pod.name}`, ifName: index === 0 ? 'eth0' : `net${index}` };
      return {
        program: join(at.plugins, config['type'] as string),
        env: envOf(at, words),
        stdin: JSON.stringify(config),
      };
    });
    return command === 'ADD' ? all : all.toReversed();
  },
});

/** Like `bare`, without the default network. */
export function bareFurther(at: BenchNode): Variant {
  const { calls } = bare(at);
  return { name: 'bare', calls: (...words) => calls(...words).filter(({ env }) => env['CNI_IFNAME'] !== 'eth0') };
}

/** Through the shim and the daemon. `more`: settings in addition to the daemon's own configuration. */
export async function throughDaemon(at: BenchNode, more: JsonObject = {}): Promise<Variant> {
  const conflist = await at.conflist();
  return {
    name: 'daemon',
    calls: (command, pod) => {
      const config = { ...configAsRuntime(conflist, pod.annotations), ...more };
      const env = { ...envOf(at, { command, pod, containerId: `daemon-${pod.name}` }), PLEXUS_SOCKET: at.socket };
      return [{ program: shim, env, stdin: JSON.stringify(config) }];
    },
  };
}

/** All in one process, without a daemon. `program`: run by Node.js, or as one file. */
export const direct = (at: BenchNode, more: JsonObject = {}, [name, program] = ['direct', plexusCni]): Variant => ({
  name,
  calls: (command, pod) => {
    const own = {
      cniVersion: '1.0.0',
      name: 'plexus',
      type: 'plexus-cni',
      kubeconfig: at.kubeconfig,
      cniDir: join(at.dir, `state-of-${name}`),
    };
    const handed = { runtimeConfig: { 'io.kubernetes.cri.pod-annotations': pod.annotations } };
    const stdin = JSON.stringify({ ...own, delegates: [at.network(0)], ...handed, ...more });
    const env = { ...envOf(at, { command, pod, containerId: `${name}-${pod.name}` }), ...hostFileFor(stdin) };
    return [{ program, env, stdin }];
  },
});

/**
 * Any other plugin, as "NAME=PROGRAM,CONFIGURATION". The configuration is a file in which ${KUBECONFIG}, ${DIR} (a
 * folder for its state) and "${DEFAULT_NETWORK}" (with the quotes) are replaced.
 */
export async function another(at: BenchNode, spec: string): Promise<Variant> {
  const [, name = '', program = '', file = ''] = /^([^=]+)=([^,]+),(.+)$/.exec(spec) ?? [];
  if (name === '' || !isAbsolute(program))
    throw new Error(`--against ${spec}: it must be NAME=/PATH/OF/PROGRAM,CONFIGURATION-FILE`);
  const text = (await readFile(file, 'utf8'))
    .replaceAll('${KUBECONFIG}', at.kubeconfig)
    .replaceAll('${DIR}', join(at.dir, name))
    .replaceAll('"${DEFAULT_NETWORK}"', JSON.stringify(at.network(0)));
  const config = parseJsonObject(text, file);
  const list = Array.isArray(config['plugins']) ? config : { ...config, plugins: [config] };
  return {
    name,
    calls: (command, pod) => {
      const env = envOf(at, { command, pod, containerId: `${name}-${pod.name}` });
      return [{ program, env, stdin: JSON.stringify(configAsRuntime(list, pod.annotations)) }];
    },
  };
}
