import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import type { AttachmentRecord } from '../../src/plan/index.ts';
import { type BothEnds, openBothEnds } from '../support/both-ends.ts';
import { sampleRecord } from '../support/sample-record.ts';

let ends: BothEnds;
beforeAll(async () => {
  ends = await openBothEnds();
});
afterAll(() => ends.cluster.remove());

describe('plexus doctor', () => {
  it('finds every problem of a broken node and cluster', async () => {
    await breakAll();
    const { code, stdout, stderr } = await ends.onNode();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^plexus: PLX-FINDINGS-MADE: plexus doctor found problems: \d+ errors\. /);
    const text = ends.settled(stdout).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
    expect(text).toMatchInlineSnapshot(`
      "SEVERITY  CHECK                        WHERE                                                                    WHAT
      error     PLX-D-CONFIGURATION-FIRST    /node/net.d                                                              00-calico.conflist sorts before 00-plexus.conflist: the runtime takes it and never calls Plexus
      error     PLX-D-PLUGINS                /node/bin                                                                host-local is not there; needed by the default network cluster-net, default/lab, shop/wide
      error     PLX-D-DAEMON                 /node/run/plexus.sock                                                    nobody listens there (connect ECONNREFUSED /node/run/plexus.sock)
      error     PLX-D-JOURNAL                /node/state/journal                                                      1 record that cannot be read
      error     PLX-D-NODES                  all nodes                                                                1 of 3 nodes without a daemon
      error     PLX-D-NAD-INVALID            NetworkAttachmentDefinition shop/broken                                  NetworkAttachmentDefinition shop/broken: it has neither "type" (one plugin) nor "plugins" (a list)
      warning   PLX-D-OTHER-META-PLUGIN      /node/net.d                                                              05-multus.conf calls multus; the runtime does not take it while ours comes first
      warning   PLX-D-PLUGINS                /node/bin                                                                macvlan is not there; needed by shop/wide
      warning   PLX-D-JOURNAL                /node/state/journal/damaged                                              1 damaged record, set aside
      warning   PLX-D-NOT-UNDONE             /node/state/journal                                                      1 attachment given up: the pod is gone, and this is not undone
      warning   PLX-D-SUBNETS                NetworkAttachmentDefinition shop/wide                                    10.244.0.0/16 of shop/wide has addresses in common with 2 ranges of the cluster
      warning   PLX-D-POD-STATUS             all pods                                                                 1 running pod that asks for networks and has no network-status
      warning   PLX-D-EVENTS                 Events                                                                   AttachFailed: 4 times, about 1 object
      unknown   PLX-D-SHIM                   /node/bin/plexus                                                         not looked at: the version of the daemon is not known (PLX-D-DAEMON says why)
      unknown   PLX-D-READY and 2 more       /node/run/observe.sock                                                   not looked at: nobody answers (connect ECONNREFUSED 127.0.0.1:9913)
      unknown   PLX-D-NODE-PLUGINS           all nodes                                                                not looked at: the plugin folders of 2 nodes cannot be seen from the API server
      ok        PLX-D-RUNTIME-CONFIGURATION  /node                                                                    the container runtime's own configuration is found and loads one CNI configuration
      ok        PLX-D-RUNTIME-FOLDERS        /node                                                                    the container runtime looks into the folders that Plexus writes to
      ok        PLX-D-DEFAULT-NETWORK        /node/net.d                                                              the default network of pods is found and can be read
      ok        PLX-D-NETWORK-FILES          the files of networks (confDir)                                          every NetworkAttachmentDefinition without a configuration has its file on this node
      ok        PLX-D-KUBELET-SOCKETS        /var/lib/kubelet/pod-resources/kubelet.sock                              kubelet says which devices pods have, or no network needs to know
      ok        PLX-D-DIRECT-MODE-TOOLS      /usr/sbin, /usr/bin, /sbin, /bin                                         direct mode is not in use, or finds ip and nsenter
      ok        PLX-D-LOST-SANDBOXES         /node/state/journal                                                      the namespace of every recorded sandbox is there
      ok        PLX-D-DEFERRED               /node/state/deferred                                                     no DEL waits from while the daemon was away
      ok        PLX-D-LOCKS                  /node/state/locks                                                        no lock is left of a process that is gone
      ok        PLX-D-UNATTACHED-PODS        /node/state/unattached.json                                              no pod of this node runs without the networks it asks for, by the daemon's last sweep
      ok        PLX-D-DISK                   /node/state                                                              there is room for the state: space and inodes
      ok        PLX-D-CLOCK                  /node/state/journal                                                      the node's clock and the identity of its start can be believed
      ok        PLX-D-API                    the cluster of /node/kubeconfig                                          the API server answers
      ok        PLX-D-OWN-ACCESS             the cluster of /node/kubeconfig                                          the current user may look at everything that is looked at here
      ok        PLX-D-CRD                    CustomResourceDefinition network-attachment-definitions.k8s.cni.cncf.io  NetworkAttachmentDefinitions are served
      ok        PLX-D-RBAC                   system:serviceaccount:kube-system:plexus                                 the daemon's service account may do what the daemon does
      ok        PLX-D-DAEMONSET              DaemonSet plexus                                                         the DaemonSet of Plexus is there, and all its pods are ready
      ok        PLX-D-IMAGES                 the pods of Plexus                                                       all daemons run the same image
      ok        PLX-D-RESTARTS               the pods of Plexus                                                       no container of Plexus ends by itself
      ok        PLX-D-MULTUS                 the cluster                                                              Multus is not in the cluster

      PLX-D-CONFIGURATION-FIRST: /node/net.d
        - 00-calico.conflist: a network
        - 00-plexus.conflist: calls Plexus
        - 05-multus.conf: of another program for several networks
        - 10-cluster.conf: a network
        fix: Start the daemon with manageConfiguration: keep, which puts it in place; with Cilium set cni.exclusive: false.

      PLX-D-PLUGINS: /node/bin
        - networks as the cluster has them
        fix: Install it into this folder of the node: the reference plugins are in the release of containernetworking/plugins for its architecture.

      PLX-D-DAEMON: /node/run/plexus.sock
        fix: Look at the pod of Plexus on this node and at its log: kubectl -n kube-system logs -c daemon POD.

      PLX-D-JOURNAL: /node/state/journal
        - journal file /node/state/journal/c9@eth0.json cannot be read: it was truncated or changed: its checksum is missing or wrong
        fix: Look at each file for the pod it names, see that its addresses and interfaces are free again, then delete it.

      PLX-D-NODES: all nodes
        - node-3 (taints example.com/gpu:NoSchedule)
        fix: Let the DaemonSet tolerate the taints of these nodes (it tolerates all as it comes) and see why a pod is not ready: kubectl describe.

      PLX-D-NAD-INVALID: NetworkAttachmentDefinition shop/broken
        - PLX-CONFIGURATION-INVALID
        fix: Correct the network configuration; see the CNI specification, section 1.

      PLX-D-OTHER-META-PLUGIN: /node/net.d
        fix: See docs/from-multus.md: remove the DaemonSet of Multus, then the file; the daemon moves one that sorts before ours aside.

      PLX-D-PLUGINS: /node/bin
        - networks as the cluster has them
        fix: Install it into this folder of the node: the reference plugins are in the release of containernetworking/plugins for its architecture.

      PLX-D-JOURNAL: /node/state/journal/damaged
        - /node/state/journal/damaged/x@eth0.json
        fix: Look at each file for the pod it names, see that its addresses and interfaces are free again, then delete it.

      PLX-D-NOT-UNDONE: /node/state/journal
        - shop/db-0 (c1), net1 (shop/net): the switch is busy
        fix: Do what the last error says. The daemon goes on where a host agent is; by hand: plexus attachments detach SANDBOX.

      PLX-D-SUBNETS: NetworkAttachmentDefinition shop/wide
        - 10.244.1.0/24 of the pods of node node-1
        - 10.244.2.0/24 of the pods of node node-2
        fix: Give each network addresses of its own; where two are meant to share a subnet, divide it with rangeStart and rangeEnd.

      PLX-D-POD-STATUS: all pods
        - shop/db-0 (node-2)
        fix: On the node, plexus attachments says whether it was attached; delete pods that were not, so that they are made again.

      PLX-D-EVENTS: Events
        - Pod shop/db-1: PLX-NAD-NOT-FOUND: NetworkAttachmentDefinition shop/fast does not exist
        fix: Each message has an identifier: docs/errors.md says what to do.

      PLX-D-READY, PLX-D-WATCH, PLX-D-HOST-AGENT: /node/run/observe.sock
        fix: Run plexus doctor as root on the node or in the daemon's container, or name the daemon's HTTP address with --http.

      PLX-D-NODE-PLUGINS: all nodes
        - node-2
        - node-3
        fix: Run plexus doctor on the node, as root; or keep there what plexus doctor --end node -o json prints, and name the folder with --reports.

      6 errors, 7 warnings, 5 unknown, 20 ok"
    `);
    expect(await readFile(join(import.meta.dirname, '../../docs/doctor.md'), 'utf8')).toContain(text);
  });
});

async function breakAll(): Promise<void> {
  const { node, api, confDir } = ends.cluster;
  await ends.cluster.daemon().stop('SIGKILL');
  await writeFile(join(confDir, '00-calico.conflist'), JSON.stringify(node.bridge('calico', '10.244.0.0/16')));
  await writeFile(
    join(confDir, '05-multus.conf'),
    JSON.stringify({ cniVersion: '0.3.1', name: 'multus-cni-network', type: 'multus' }),
  );
  await rm(join(node.dir, 'bin/host-local'));
  await mkdir(join(node.dir, 'state/journal/damaged'), { recursive: true });
  await writeFile(join(node.dir, 'state/journal/damaged/x@eth0.json'), '');
  await writeFile(join(node.dir, 'state/journal/c9@eth0.json'), 'half of a rec');
  const [sample] = sampleRecord().attachments as readonly [AttachmentRecord];
  const abandonedAt = '2026-01-02T03:05:00.000Z';
  const abandoned: AttachmentRecord = {
    state: 'detaching',
    attachment: sample.attachment,
    attempts: 5,
    lastError: 'the switch is busy',
    abandonedAt,
  };
  await fileJournal(join(node.dir, 'state/journal')).write(sampleRecord({ attachments: [abandoned] }));
  const nad = (name: string, config: string): unknown =>
    api.put('network-attachment-definitions', { metadata: { name, namespace: 'shop' }, spec: { config } });
  nad('broken', '{"cniVersion": "1.0.0"}');
  nad(
    'wide',
    JSON.stringify({ cniVersion: '1.0.0', type: 'macvlan', ipam: { type: 'host-local', subnet: '10.244.0.0/16' } }),
  );
  api.put('nodes', {
    metadata: { name: 'node-3' },
    spec: { taints: [{ key: 'example.com/gpu', effect: 'NoSchedule' }] },
  });
  api.put('pods', {
    metadata: { name: 'db-0', namespace: 'shop', annotations: { 'k8s.v1.cni.cncf.io/networks': 'wide' } },
    spec: { nodeName: 'node-2' },
    status: { phase: 'Running' },
  });
  const involvedObject = { kind: 'Pod', namespace: 'shop', name: 'db-1' };
  const event = {
    reason: 'AttachFailed',
    message: 'PLX-NAD-NOT-FOUND: NetworkAttachmentDefinition shop/fast does not exist',
    count: 4,
    type: 'Warning',
  };
  api.put('events', {
    metadata: { name: 'db-1.1', namespace: 'shop' },
    involvedObject,
    ...event,
    source: { component: 'plexus' },
    lastTimestamp: new Date().toISOString(),
  });
}
