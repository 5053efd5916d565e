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
    expect(stderr).toMatch(/^plexus: PLX-FINDINGS-MADE: plexus doctor found problems\. Follow/);
    const text = ends.settled(stdout).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
    expect(text).toMatchInlineSnapshot(`
      "SEVERITY  CHECK                        WHERE                                                                    WHAT
      error     PLX-D-CONFIGURATION-FIRST    /node/net.d                                                              00-calico.conflist sorts before 00-plexus.conflist: the runtime uses it and never calls Plexus
      error     PLX-D-PLUGINS                /node/bin                                                                host-local does not exist; needed by the default network cluster-net, default/lab, shop/wide
      error     PLX-D-DAEMON                 /node/run/plexus.sock                                                    no process listens there (connect ECONNREFUSED /node/run/plexus.sock)
      error     PLX-D-JOURNAL                /node/state/journal                                                      1 record that cannot be read
      error     PLX-D-NODES                  all nodes                                                                1 of 3 nodes without a daemon
      error     PLX-D-NAD-INVALID            NetworkAttachmentDefinition shop/broken                                  NetworkAttachmentDefinition shop/broken: it has neither "type" (one plugin) nor "plugins" (a list)
      warning   PLX-D-OTHER-META-PLUGIN      /node/net.d                                                              05-multus.conf calls multus; the runtime does not use it while that of Plexus comes first
      warning   PLX-D-PLUGINS                /node/bin                                                                macvlan does not exist; needed by shop/wide
      warning   PLX-D-JOURNAL                /node/state/journal/damaged                                              1 damaged record, set aside
      warning   PLX-D-NOT-UNDONE             /node/state/journal                                                      1 attachment abandoned: the pod is deleted, but this is not undone
      warning   PLX-D-SUBNETS                NetworkAttachmentDefinition shop/wide                                    10.244.0.0/16 of shop/wide has addresses in common with 2 ranges of the cluster
      warning   PLX-D-POD-STATUS             all pods                                                                 1 running pod that requests networks and has no network-status
      warning   PLX-D-EVENTS                 Events                                                                   AttachFailed: 4 times, about 1 object
      unknown   PLX-D-SHIM                   /node/bin/plexus                                                         not checked: the version of the daemon is unknown (PLX-D-DAEMON shows why)
      unknown   PLX-D-READY and 2 more       /node/run/observe.sock                                                   not checked: no answer (connect ECONNREFUSED 127.0.0.1:9913)
      unknown   PLX-D-NODE-PLUGINS           all nodes                                                                not checked: the plugin folders of 2 nodes are not visible through the API server
      ok        PLX-D-RUNTIME-CONFIGURATION  /node                                                                    the configuration of the container runtime exists and loads one CNI configuration
      ok        PLX-D-RUNTIME-FOLDERS        /node                                                                    the container runtime reads the folders that Plexus writes to
      ok        PLX-D-DEFAULT-NETWORK        /node/net.d                                                              the configuration of the default network exists and is valid
      ok        PLX-D-NETWORK-FILES          the files of networks (confDir)                                          every NetworkAttachmentDefinition without a configuration has its file on this node
      ok        PLX-D-HOST-INTERFACES        /sys/class/net                                                           every interface that a NetworkAttachmentDefinition selects exists on this node
      ok        PLX-D-KUBELET-SOCKETS        /var/lib/kubelet/pod-resources/kubelet.sock                              kubelet reports the devices of pods, or no network uses devices
      ok        PLX-D-DIRECT-MODE-TOOLS      /usr/sbin, /usr/bin, /sbin, /bin                                         direct mode finds ip and nsenter, or is not in use
      ok        PLX-D-LOST-SANDBOXES         /node/state/journal                                                      the namespace of every recorded sandbox exists
      ok        PLX-D-DEFERRED               /node/state/deferred                                                     there are no deferred DELs
      ok        PLX-D-UNATTACHED-PODS        /node/state/unattached.json                                              no pod of this node runs without the networks it requests, according to the daemon's last sweep
      ok        PLX-D-DISK                   /node/state                                                              the disk of the state folder has free space and inodes
      ok        PLX-D-CLOCK                  /node/state/journal                                                      the clock and the boot ID of the node are plausible
      ok        PLX-D-API                    the cluster of /node/kubeconfig                                          the API server answers
      ok        PLX-D-OWN-ACCESS             the cluster of /node/kubeconfig                                          the current user may read everything that the checks need
      ok        PLX-D-CRD                    CustomResourceDefinition network-attachment-definitions.k8s.cni.cncf.io  the API serves NetworkAttachmentDefinitions
      ok        PLX-D-RBAC                   system:serviceaccount:kube-system:plexus                                 the daemon's service account has all required permissions
      ok        PLX-D-DAEMONSET              DaemonSet plexus                                                         the DaemonSet of Plexus exists, and all its pods are ready
      ok        PLX-D-IMAGES                 the pods of Plexus                                                       all daemons run the same image
      ok        PLX-D-RESTARTS               the pods of Plexus                                                       no container of Plexus restarts repeatedly
      ok        PLX-D-MULTUS                 the cluster                                                              Multus is not installed in the cluster
      ok        PLX-D-WEBHOOK                webhook configurations plexus                                            the admission webhook, if it is installed, can be called
      ok        PLX-D-NAD-AUTHORS            the cluster of /node/kubeconfig                                          only administrators may create NetworkAttachmentDefinitions, or pluginPolicies limit what these may contain

      PLX-D-CONFIGURATION-FIRST: /node/net.d
        - 00-calico.conflist: a network
        - 00-plexus.conflist: calls Plexus
        - 05-multus.conf: of another meta-plugin
        - 10-cluster.conf: a network
        fix: Start the daemon with manageConfiguration: keep, which restores it. With Cilium, set cni.exclusive: false.

      PLX-D-PLUGINS: /node/bin
        - networks according to the cluster
        fix: Install it into this folder of the node. The reference plugins are in the release of containernetworking/plugins for its architecture.

      PLX-D-DAEMON: /node/run/plexus.sock
        fix: Check the pod of Plexus on this node and its log: kubectl -n kube-system logs -c daemon POD.

      PLX-D-JOURNAL: /node/state/journal
        - journal file /node/state/journal/c9@eth0.json cannot be read: it was truncated or changed: its checksum is missing or wrong
        fix: Find the pod that each file names, release its addresses and interfaces, then delete the file.

      PLX-D-NODES: all nodes
        - node-3 (taints example.com/gpu:NoSchedule)
        fix: Let the DaemonSet tolerate the taints of these nodes (by default it tolerates all), and check with kubectl describe why a pod is not ready.

      PLX-D-NAD-INVALID: NetworkAttachmentDefinition shop/broken
        - PLX-CONFIGURATION-INVALID
        fix: Correct the network configuration; see the CNI specification, section 1.

      PLX-D-OTHER-META-PLUGIN: /node/net.d
        fix: Remove the DaemonSet of Multus, then the file (docs/from-multus.md). The daemon moves aside a file that sorts before its own.

      PLX-D-PLUGINS: /node/bin
        - networks according to the cluster
        fix: Install it into this folder of the node. The reference plugins are in the release of containernetworking/plugins for its architecture.

      PLX-D-JOURNAL: /node/state/journal/damaged
        - /node/state/journal/damaged/x@eth0.json
        fix: Find the pod that each file names, release its addresses and interfaces, then delete the file.

      PLX-D-NOT-UNDONE: /node/state/journal
        - shop/db-0 (c1), net1 (shop/net): the switch is busy
        fix: Correct the cause of the last error. With a host agent the daemon keeps retrying; otherwise run plexus attachments detach SANDBOX.

      PLX-D-SUBNETS: NetworkAttachmentDefinition shop/wide
        - 10.244.1.0/24 of the pods of node node-1
        - 10.244.2.0/24 of the pods of node node-2
        fix: Assign separate addresses to each network. To share a subnet on purpose, divide it with rangeStart and rangeEnd.

      PLX-D-POD-STATUS: all pods
        - shop/db-0 (node-2)
        fix: Run plexus attachments on the node to see which were attached, and delete the others so that they are recreated.

      PLX-D-EVENTS: Events
        - Pod shop/db-1: PLX-NAD-NOT-FOUND: NetworkAttachmentDefinition shop/fast does not exist
        fix: Find the identifier of each message in docs/errors.md and apply its fix.

      PLX-D-READY, PLX-D-WATCH, PLX-D-HOST-AGENT: /node/run/observe.sock
        fix: Run plexus doctor as root on the node or in the daemon's container, or pass the daemon's HTTP address with --http.

      PLX-D-NODE-PLUGINS: all nodes
        - node-2
        - node-3
        fix: Run plexus doctor on the node as root, or save the output of plexus doctor --end node -o json of each node and pass the folder with --reports.

      6 errors, 7 warnings, 5 unknown, 22 ok"
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
