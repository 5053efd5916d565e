import { describe, expect, it } from 'vitest';
import type { RecordedCall } from '../support/recording-delegate.ts';
import { useRecordingNode } from '../support/recording-node.ts';

const at = useRecordingNode();

describe('the input of delegates', () => {
  const inputs = async (command: string): Promise<RecordedCall[]> =>
    (await at().alpha.calls()).filter((each) => each.command === command);

  it('CNI-75, CNI-76, NPWG-103, NPWG-104: contains the runtime’s runtimeConfig only for the default network, and there complete', async () => {
    const capabilities = { portMappings: true, dns: true, 'io.kubernetes.cri.pod-annotations': true };
    const wanting = (name: string, type: string): object => ({ cniVersion: '1.1.0', name, type, capabilities });
    await at().node.nad('wants', wanting('wants', 'beta'));
    const runtimeConfig = {
      portMappings: [{ HostPort: 80, ContainerPort: 8080 }],
      dns: { Servers: ['10.0.0.10'] },
      'io.kubernetes.cri.pod-annotations': { 'k8s.v1.cni.cncf.io/networks': 'wants' },
    };
    const pod = await at().node.pod('hostports');
    expect(await at().call('ADD', pod, { delegates: [wanting('default-net', 'alpha')], runtimeConfig })).toMatchObject({
      exitCode: 0,
    });
    const [first, second] = await inputs('ADD');
    expect(first?.stdin['runtimeConfig']).toEqual(runtimeConfig);
    expect(second?.stdin).not.toHaveProperty('runtimeConfig');
    await at().call('DEL', pod);
  });

  it('CNI-29, NPWG-65: is the same for DEL and CHECK as for ADD, plus the result', async () => {
    await at().node.nad('rich', {
      cniVersion: '1.1.0',
      name: 'rich',
      type: 'beta',
      big: 1,
      capabilities: { ips: true },
      args: { cni: { a: 1, b: 1 }, labels: [] },
    });
    const pod = await at().node.pod('same', [{ name: 'rich', ips: ['10.0.0.5/24'], 'cni-args': { b: 2 } }]);
    for (const command of ['ADD', 'CHECK', 'DEL'])
      expect(
        await at()
          .call(command, pod)
          .then(({ exitCode }) => [command, exitCode]),
      ).toEqual([command, command === 'CHECK' ? 1 : 0]);
    const of = async (command: string) => (await inputs(command)).find(({ plugin }) => plugin === 'beta');
    const [added, deleted] = [await of('ADD'), await of('DEL')];
    expect(added?.stdin).toMatchObject({
      name: 'rich',
      args: { cni: { a: 1, b: 2 }, labels: [] },
      runtimeConfig: { ips: ['10.0.0.5/24'] },
    });
    const { prevResult, ...rest } = deleted?.stdin ?? {};
    expect(rest).toEqual(added?.stdin);
    expect(prevResult).toMatchObject({ interfaces: [{ name: 'net1' }] });
    expect({ ...deleted?.env, CNI_COMMAND: 'ADD' }).toEqual(added?.env);
  });

  it('CNI-55: includes the caller’s environment without Plexus’s own variables', async () => {
    const pod = await at().node.pod('environment');
    await at().node.call('ADD', pod, {
      config: at().config(),
      path: [at().delegates, '/second'],
      env: { TRACEPARENT: '00-abc', PLEXUS_NODE: process.execPath },
    });
    const [first] = await inputs('ADD');
    expect(first?.env).toMatchObject({
      TRACEPARENT: '00-abc',
      CNI_PATH: `${at().delegates}:/second`,
      CNI_NETNS: pod.netns.path,
    });
    expect(first?.env).not.toHaveProperty('PLEXUS_NODE');
    expect(first?.env['CNI_ARGS']).toBe(
      `IgnoreUnknown=true;K8S_POD_NAMESPACE=default;K8S_POD_NAME=environment;K8S_POD_INFRA_CONTAINER_ID=${pod.containerId};K8S_POD_UID=uid-environment`,
    );
    await at().call('DEL', pod);
  });

  it('CNI-22: includes the chain’s prevResult unchanged if Plexus runs behind another plugin', async () => {
    const prevResult = {
      cniVersion: '1.1.0',
      interfaces: [{ name: 'first0', sandbox: '/x' }],
      ips: [{ address: '192.0.2.1/32', interface: 0 }],
      dns: { domain: 'before' },
    };
    await at().alpha.set({
      ADD: {
        stdout:
          '{"cniVersion":"1.1.0","interfaces":[{"name":"eth0","sandbox":"/x"}],"ips":[{"address":"10.0.0.9/24","interface":0}]}',
      },
    });
    const pod = await at().node.pod('behind');
    const { stdout } = await at().call('ADD', pod, { prevResult });
    expect((await inputs('ADD'))[0]?.stdin['prevResult']).toEqual(prevResult);
    expect(JSON.parse(stdout)).toEqual({
      cniVersion: '1.1.0',
      interfaces: [
        { name: 'eth0', sandbox: '/x' },
        { name: 'first0', sandbox: '/x' },
      ],
      ips: [
        { address: '10.0.0.9/24', interface: 0 },
        { address: '192.0.2.1/32', interface: 1 },
      ],
      dns: { domain: 'before' },
    });
    await at().call('DEL', pod);
  });
});
