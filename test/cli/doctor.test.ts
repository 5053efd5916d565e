import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type BothEnds, doctor, openBothEnds } from '../support/both-ends.ts';

const idsOf = (stdout: string, severity: string): readonly string[] =>
  (JSON.parse(stdout) as { id: string; severity: string }[])
    .filter((each) => each.severity === severity)
    .map(({ id }) => id);

let ends: BothEnds;
beforeAll(async () => {
  ends = await openBothEnds();
});
afterAll(() => ends.cluster.remove());

describe('plexus doctor', () => {
  it('finds no problem in a healthy node and cluster, and lists the checks that it could not perform', async () => {
    const { code, stdout, stderr } = await ends.onNode();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(ends.settled(stdout)).toMatchInlineSnapshot(`
      "SEVERITY  CHECK                        WHERE                                                                    WHAT
      unknown   PLX-D-NODE-PLUGINS           all nodes                                                                not looked at: the plugin folders of 1 node cannot be seen from the API server
      ok        PLX-D-RUNTIME-CONFIGURATION  /node                                                                    the container runtime's own configuration is found and loads one CNI configuration
      ok        PLX-D-RUNTIME-FOLDERS        /node                                                                    the container runtime looks into the folders that Plexus writes to
      ok        PLX-D-CONFIGURATION-FIRST    /node/net.d                                                              the configuration that the container runtime takes calls Plexus
      ok        PLX-D-OTHER-META-PLUGIN      /node/net.d                                                              no other program for several networks is configured on this node
      ok        PLX-D-DEFAULT-NETWORK        /node/net.d                                                              the default network of pods is found and can be read
      ok        PLX-D-NETWORK-FILES          the files of networks (confDir)                                          every NetworkAttachmentDefinition without a configuration has its file on this node
      ok        PLX-D-PLUGINS                /node/bin                                                                every plugin that the default network and the NetworkAttachmentDefinitions name is there and can run
      ok        PLX-D-SHIM                   /node/bin                                                                the program that the runtime calls is there and of the same version as the daemon
      ok        PLX-D-DAEMON                 /node/run/plexus.sock                                                    the daemon answers on its socket
      ok        PLX-D-READY                  /node/run/observe.sock                                                   the daemon says that it is ready
      ok        PLX-D-WATCH                  /node/run/observe.sock                                                   the daemon's watch of NetworkAttachmentDefinitions is up to date
      ok        PLX-D-HOST-AGENT             /node/run/observe.sock                                                   the host agent is connected: the daemon can undo things by itself
      ok        PLX-D-KUBELET-SOCKETS        /var/lib/kubelet/pod-resources/kubelet.sock                              kubelet says which devices pods have, or no network needs to know
      ok        PLX-D-DIRECT-MODE-TOOLS      /usr/sbin, /usr/bin, /sbin, /bin                                         direct mode is not in use, or finds ip and nsenter
      ok        PLX-D-JOURNAL                /node/state/journal                                                      every record of the journal can be read
      ok        PLX-D-NOT-UNDONE             /node/state/journal                                                      nothing waits to be undone
      ok        PLX-D-LOST-SANDBOXES         /node/state/journal                                                      the namespace of every recorded sandbox is there
      ok        PLX-D-DEFERRED               /node/state/deferred                                                     no DEL waits from while the daemon was away
      ok        PLX-D-UNATTACHED-PODS        /node/state/unattached.json                                              no pod of this node runs without the networks it asks for, by the daemon's last sweep
      ok        PLX-D-DISK                   /node/state                                                              there is room for the state: space and inodes
      ok        PLX-D-CLOCK                  /node/state/journal                                                      the node's clock and the identity of its start can be believed
      ok        PLX-D-API                    the cluster of /node/kubeconfig                                          the API server answers
      ok        PLX-D-OWN-ACCESS             the cluster of /node/kubeconfig                                          the current user may look at everything that is looked at here
      ok        PLX-D-CRD                    CustomResourceDefinition network-attachment-definitions.k8s.cni.cncf.io  NetworkAttachmentDefinitions are served
      ok        PLX-D-RBAC                   system:serviceaccount:kube-system:plexus                                 the daemon's service account may do what the daemon does
      ok        PLX-D-DAEMONSET              DaemonSet plexus                                                         the DaemonSet of Plexus is there, and all its pods are ready
      ok        PLX-D-NODES                  all nodes                                                                every node has a daemon that is ready
      ok        PLX-D-IMAGES                 the pods of Plexus                                                       all daemons run the same image
      ok        PLX-D-RESTARTS               the pods of Plexus                                                       no container of Plexus ends by itself
      ok        PLX-D-MULTUS                 the cluster                                                              Multus is not in the cluster
      ok        PLX-D-NAD-INVALID            all NetworkAttachmentDefinitions                                         every NetworkAttachmentDefinition can be read
      ok        PLX-D-SUBNETS                all NetworkAttachmentDefinitions                                         no network gives addresses of another one, of pods or of services
      ok        PLX-D-POD-STATUS             all pods                                                                 every running pod that asks for networks has a network-status
      ok        PLX-D-EVENTS                 Events                                                                   Plexus has warned of nothing within the last hour

      PLX-D-NODE-PLUGINS: all nodes
        - node-2
        fix: Run plexus doctor on the node, as root; or keep there what plexus doctor --end node -o json prints, and name the folder with --reports.

      1 unknown, 34 ok"
    `);
    expect(await readFile(join(import.meta.dirname, '../../docs/doctor.md'), 'utf8')).toContain(ends.settled(stdout));
  });

  it('prints the same findings as JSON and YAML, and those of one end only with --end', async () => {
    const [json, yaml] = [await ends.onNode('-o', 'json'), await ends.onNode('-o', 'yaml')];
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
    expect(idsOf(json.stdout, 'unknown')).toEqual(['PLX-D-NODE-PLUGINS']);
    expect(idsOf(json.stdout, 'ok')).toHaveLength(34);
    const node = await ends.onNode('--end', 'node', '-o', 'json');
    expect(idsOf(node.stdout, 'ok')).toHaveLength(21);
    const ofCluster = await ends.onNode('--end', 'cluster', '--node', 'node-2', '-o', 'json');
    expect(idsOf(ofCluster.stdout, 'ok')).toHaveLength(13);
    const ofNone = await ends.onNode('--end', 'cluster', '--node', 'nod-2', '-o', 'json');
    expect([ofNone.code, idsOf(ofNone.stdout, 'error')]).toEqual([1, ['PLX-D-NODES']]);
  });

  it('exits with status 2 if the machine is not a node and has no kubeconfig, because nothing was checked', async () => {
    await using empty = await mkdtempDisposable(join(tmpdir(), 'plexus-doctor-'));
    const { code, stdout, stderr } = await doctor(['--root', empty.path]);
    expect(code).toBe(2);
    expect(stdout).toMatchInlineSnapshot(`
      "SEVERITY  CHECK                                    WHERE         WHAT
      unknown   PLX-D-RUNTIME-CONFIGURATION and 20 more  this machine  not looked at: this machine is no node: it has no folder of CNI configurations, no state and no socket of Plexus (--end node looks all the same)
      unknown   PLX-D-API and 13 more                    the cluster   not looked at: there is no kubeconfig (--kubeconfig, KUBECONFIG or ~/.kube/config)

      PLX-D-RUNTIME-CONFIGURATION, PLX-D-RUNTIME-FOLDERS, PLX-D-CONFIGURATION-FIRST, PLX-D-OTHER-META-PLUGIN, PLX-D-DEFAULT-NETWORK, PLX-D-NETWORK-FILES, PLX-D-PLUGINS, PLX-D-SHIM, PLX-D-DAEMON, PLX-D-READY, PLX-D-WATCH, PLX-D-HOST-AGENT, PLX-D-KUBELET-SOCKETS, PLX-D-DIRECT-MODE-TOOLS, PLX-D-JOURNAL, PLX-D-NOT-UNDONE, PLX-D-LOST-SANDBOXES, PLX-D-DEFERRED, PLX-D-UNATTACHED-PODS, PLX-D-DISK, PLX-D-CLOCK: this machine

      PLX-D-API, PLX-D-OWN-ACCESS, PLX-D-CRD, PLX-D-RBAC, PLX-D-DAEMONSET, PLX-D-NODES, PLX-D-IMAGES, PLX-D-RESTARTS, PLX-D-MULTUS, PLX-D-NAD-INVALID, PLX-D-SUBNETS, PLX-D-NODE-PLUGINS, PLX-D-POD-STATUS, PLX-D-EVENTS: the cluster

      35 unknown
      "
    `);
    expect(stderr).toMatch(
      /^plexus: PLX-NOTHING-LOOKED-AT: plexus doctor could look at nothing: this machine is no node/,
    );
  });

  it.each(['0', 'soon', '99999'])('rejects --timeout %s with exit status 2', async (seconds) => {
    const { code, stderr } = await doctor(['--timeout', seconds]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'plexus: --timeout is a number of seconds, from above 0 to 3600\nSee: plexus --help\n',
    });
  });

  it('reports an unreachable API server as an error, and its checks as unknown', async () => {
    await ends.cluster.api.goAway();
    const { code, stdout } = await ends.onNode('--end', 'cluster', '-o', 'json');
    await ends.cluster.api.comeBack();
    await ends.complete();
    expect(code).toBe(1);
    expect(idsOf(stdout, 'error')).toEqual(['PLX-D-API']);
    expect(idsOf(stdout, 'unknown')).toHaveLength(13);
  });

  it('counts a warning in the exit status only with --strict', async () => {
    await mkdir(join(ends.cluster.node.dir, 'state/journal/damaged'), { recursive: true });
    await writeFile(join(ends.cluster.node.dir, 'state/journal/damaged/x@eth0.json'), '');
    expect((await ends.onNode('--end', 'node')).code).toBe(0);
    const { code, stderr } = await ends.onNode('--end', 'node', '--strict');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^plexus: PLX-FINDINGS-MADE: plexus doctor found something to do: 1 warning\. /,
      ) as string,
    });
  });
});
