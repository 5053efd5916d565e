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
      unknown   PLX-D-NODE-PLUGINS           all nodes                                                                not checked: the plugin folders of 1 node are not visible through the API server
      ok        PLX-D-RUNTIME-CONFIGURATION  /node                                                                    the configuration of the container runtime exists and loads one CNI configuration
      ok        PLX-D-RUNTIME-FOLDERS        /node                                                                    the container runtime reads the folders that Plexus writes to
      ok        PLX-D-CONFIGURATION-FIRST    /node/net.d                                                              the CNI configuration that the container runtime uses calls Plexus
      ok        PLX-D-OTHER-META-PLUGIN      /node/net.d                                                              no other meta-plugin is configured on this node
      ok        PLX-D-DEFAULT-NETWORK        /node/net.d                                                              the configuration of the default network exists and is valid
      ok        PLX-D-NETWORK-FILES          the files of networks (confDir)                                          every NetworkAttachmentDefinition without a configuration has its file on this node
      ok        PLX-D-PLUGINS                /node/bin                                                                every plugin that the default network and the NetworkAttachmentDefinitions name exists and can run
      ok        PLX-D-HOST-INTERFACES        /sys/class/net                                                           every interface that a NetworkAttachmentDefinition selects exists on this node
      ok        PLX-D-SHIM                   /node/bin                                                                the shim exists and has the same version as the daemon
      ok        PLX-D-DAEMON                 /node/run/plexus.sock                                                    the daemon answers on its socket
      ok        PLX-D-READY                  /node/run/observe.sock                                                   the daemon is ready
      ok        PLX-D-WATCH                  /node/run/observe.sock                                                   the daemon's watch of NetworkAttachmentDefinitions is up to date
      ok        PLX-D-HOST-AGENT             /node/run/observe.sock                                                   the host agent is connected, so the daemon can undo attachments in the background
      ok        PLX-D-KUBELET-SOCKETS        /var/lib/kubelet/pod-resources/kubelet.sock                              kubelet reports the devices of pods, or no network uses devices
      ok        PLX-D-DIRECT-MODE-TOOLS      /usr/sbin, /usr/bin, /sbin, /bin                                         direct mode finds ip and nsenter, or is not in use
      ok        PLX-D-JOURNAL                /node/state/journal                                                      every record of the journal can be read
      ok        PLX-D-NOT-UNDONE             /node/state/journal                                                      there are no attachments left to undo
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
      ok        PLX-D-NODES                  all nodes                                                                every node has a ready daemon
      ok        PLX-D-IMAGES                 the pods of Plexus                                                       all daemons run the same image
      ok        PLX-D-RESTARTS               the pods of Plexus                                                       no container of Plexus restarts repeatedly
      ok        PLX-D-MULTUS                 the cluster                                                              Multus is not installed in the cluster
      ok        PLX-D-NAD-INVALID            all NetworkAttachmentDefinitions                                         every NetworkAttachmentDefinition is valid
      ok        PLX-D-SUBNETS                all NetworkAttachmentDefinitions                                         no network assigns addresses of another network, of pods or of services
      ok        PLX-D-POD-STATUS             all pods                                                                 every running pod that requests networks has a network-status
      ok        PLX-D-EVENTS                 Events                                                                   Plexus has sent no warnings within the last hour
      ok        PLX-D-WEBHOOK                webhook configurations plexus                                            the admission webhook, if it is installed, can be called
      ok        PLX-D-NAD-AUTHORS            the cluster of /node/kubeconfig                                          only administrators may create NetworkAttachmentDefinitions, or pluginPolicies limit what these may contain

      PLX-D-NODE-PLUGINS: all nodes
        - node-2
        fix: Run plexus doctor on the node as root, or save the output of plexus doctor --end node -o json of each node and pass the folder with --reports.

      1 unknown, 37 ok"
    `);
    expect(await readFile(join(import.meta.dirname, '../../docs/doctor.md'), 'utf8')).toContain(ends.settled(stdout));
  });

  it('prints the same findings as JSON and YAML, and those of one end only with --end', async () => {
    const [json, yaml] = [await ends.onNode('-o', 'json'), await ends.onNode('-o', 'yaml')];
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
    expect(idsOf(json.stdout, 'unknown')).toEqual(['PLX-D-NODE-PLUGINS']);
    expect(idsOf(json.stdout, 'ok')).toHaveLength(37);
    const names = await ends.onNode('-o', 'name');
    expect(names).toMatchObject({ code: 0, stdout: 'PLX-D-NODE-PLUGINS\n' });
    const node = await ends.onNode('--end', 'node', '-o', 'json');
    expect(idsOf(node.stdout, 'ok')).toHaveLength(22);
    const ofCluster = await ends.onNode('--end', 'cluster', '--node', 'node-2', '-o', 'json');
    expect(idsOf(ofCluster.stdout, 'ok')).toHaveLength(15);
    const ofNone = await ends.onNode('--end', 'cluster', '--node', 'nod-2', '-o', 'json');
    expect([ofNone.code, idsOf(ofNone.stdout, 'error')]).toEqual([1, ['PLX-D-NODES']]);
  });

  it('exits with status 2 if the machine is not a node and has no kubeconfig, because nothing was checked', async () => {
    await using empty = await mkdtempDisposable(join(tmpdir(), 'plexus-doctor-'));
    const { code, stdout, stderr } = await doctor(['--root', empty.path]);
    expect(code).toBe(2);
    expect(stdout).toMatchInlineSnapshot(`
      "SEVERITY  CHECK                                    WHERE         WHAT
      unknown   PLX-D-RUNTIME-CONFIGURATION and 21 more  this machine  not checked: this machine is not a node: it has no folder of CNI configurations, no state and no socket of Plexus (--end node checks it anyway)
      unknown   PLX-D-API and 15 more                    the cluster   not checked: there is no kubeconfig (--kubeconfig, KUBECONFIG or ~/.kube/config)

      PLX-D-RUNTIME-CONFIGURATION, PLX-D-RUNTIME-FOLDERS, PLX-D-CONFIGURATION-FIRST, PLX-D-OTHER-META-PLUGIN, PLX-D-DEFAULT-NETWORK, PLX-D-NETWORK-FILES, PLX-D-PLUGINS, PLX-D-HOST-INTERFACES, PLX-D-SHIM, PLX-D-DAEMON, PLX-D-READY, PLX-D-WATCH, PLX-D-HOST-AGENT, PLX-D-KUBELET-SOCKETS, PLX-D-DIRECT-MODE-TOOLS, PLX-D-JOURNAL, PLX-D-NOT-UNDONE, PLX-D-LOST-SANDBOXES, PLX-D-DEFERRED, PLX-D-UNATTACHED-PODS, PLX-D-DISK, PLX-D-CLOCK: this machine

      PLX-D-API, PLX-D-OWN-ACCESS, PLX-D-CRD, PLX-D-RBAC, PLX-D-DAEMONSET, PLX-D-NODES, PLX-D-IMAGES, PLX-D-RESTARTS, PLX-D-MULTUS, PLX-D-NAD-INVALID, PLX-D-SUBNETS, PLX-D-NODE-PLUGINS, PLX-D-POD-STATUS, PLX-D-EVENTS, PLX-D-WEBHOOK, PLX-D-NAD-AUTHORS: the cluster

      38 unknown
      "
    `);
    expect(stderr).toMatch(
      /^plexus: PLX-NOTHING-LOOKED-AT: plexus doctor could not check anything: this machine is not a node/,
    );
  });

  it.each(['0', 'soon', '99999'])('rejects --timeout %s with exit status 2', async (seconds) => {
    const { code, stderr } = await doctor(['--timeout', seconds]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'plexus: --timeout must be above 0 and at most 3600\nSee: plexus --help\n',
    });
  });

  it('reports an unreachable API server as an error, and its checks as unknown', async () => {
    await ends.cluster.api.goAway();
    const { code, stdout } = await ends.onNode('--end', 'cluster', '-o', 'json');
    await ends.cluster.api.comeBack();
    await ends.complete();
    expect(code).toBe(1);
    expect(idsOf(stdout, 'error')).toEqual(['PLX-D-API']);
    expect(idsOf(stdout, 'unknown')).toHaveLength(15);
  });

  it('counts a warning in the exit status only with --strict', async () => {
    await mkdir(join(ends.cluster.node.dir, 'state/journal/damaged'), { recursive: true });
    await writeFile(join(ends.cluster.node.dir, 'state/journal/damaged/x@eth0.json'), '');
    expect((await ends.onNode('--end', 'node')).code).toBe(0);
    const { code, stderr } = await ends.onNode('--end', 'node', '--strict');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^plexus: PLX-FINDINGS-MADE: plexus doctor found problems\. Follow/) as string,
    });
  });
});
