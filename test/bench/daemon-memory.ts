import { readFile } from 'node:fs/promises';
import { table } from '../../src/view/index.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { waitFor } from '../support/wait-for.ts';

const situations = [
  { what: 'nothing', pods: 0, nads: 0 },
  { what: '100 pods of this node in the API', pods: 100, nads: 0 },
  { what: '1,000 pods of this node in the API', pods: 1000, nads: 0 },
  { what: '1,000 NetworkAttachmentDefinitions', pods: 0, nads: 1000 },
];

/** Memory of a daemon that has just started, and after 50 pods (ADD and DEL). */
export async function daemonMemory(): Promise<string> {
  const rows: string[][] = [];
  for (const { what, pods, nads } of situations) {
    const at = await createClusterNode();
    try {
      fill(at, pods, nads);
      const daemon = await at.start();
      await waitFor('the watch', async () =>
        (await (await fetch(`http://127.0.0.1:${daemon.httpPort}/metrics`)).text()).includes(`plexus_watch_objects ${nads}`),
      );
      const before = await residentMiB(daemon.pid);
      for (let index = 0; index < 50; index++) await oneMore(at, index);
      rows.push([what, before, await residentMiB(daemon.pid)]);
    } finally {
      await at.remove();
    }
  }
  return table(['DAEMON WITH', 'MiB AT START', 'MiB AFTER 50 PODS'], rows);
}

function fill(at: ClusterNode, pods: number, nads: number): void {
  for (let index = 0; index < pods; index++) {
    const metadata = { name: `other-${index}`, namespace: 'default', annotations: { 'k8s.v1.cni.cncf.io/networks': 'a,b,c' } };
    at.api.put('pods', { metadata, spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'none' }] } });
  }
  for (let index = 0; index < nads; index++) at.nad(`nad-${index}`, at.node.bridge(`nad-${index}`, '10.30.0.0/16'));
}

async function oneMore(at: ClusterNode, index: number): Promise<void> {
  const pod = await at.pod(`pod-${index}`);
  for (const command of ['ADD', 'DEL']) {
    const answer = await at.call(command, pod);
    if (answer.exitCode !== 0) throw new Error(answer.stdout);
  }
  await pod.netns.remove();
}

async function residentMiB(pid: number): Promise<string> {
  const kib = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kib) / 1024).toFixed(0);
}
