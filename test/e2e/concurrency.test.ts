import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chain, errorIn, useRecordingNode } from '../support/recording-node.ts';
import { waitFor } from '../support/wait-for.ts';

const at = useRecordingNode();
const two = { attachmentConcurrency: 2 };

describe('attaching additional networks of one pod concurrently', () => {
  const begun = async (): Promise<readonly string[]> =>
    (await at().alpha.calls()).map(({ command, env }) => `${command} ${env['CNI_IFNAME']}`);
  const held = async (networks: string, more: object, nadAnnotations: object = {}) => {
    const file = join(at().node.dir, `go-${networks}-${Object.keys({ ...more, ...nadAnnotations }).length}`);
    for (const name of ['one', 'other', 'third'])
      await at().node.nad(name, chain(name, 'beta'), { annotations: nadAnnotations });
    await at().beta.set({ ADD: { until: file } });
    const pod = await at().node.pod(
      `held-${networks.replaceAll(',', '-')}-${Object.keys({ ...more, ...nadAnnotations }).length}`,
      networks,
    );
    return { pod, answer: at().call('ADD', pod, more), release: () => writeFile(file, '') };
  };

  it('starts two before either ends with attachmentConcurrency: 2; interface names and status order do not change', async () => {
    const { pod, answer, release } = await held('one,other,third', two);
    await waitFor('two have begun', async () => (await begun()).length === 3);
    expect((await begun()).toSorted()).toEqual(['ADD eth0', 'ADD net1', 'ADD net2']);
    await release();
    expect(await answer).toMatchObject({ exitCode: 0 });
    expect((await at().node.status(pod)).map(({ name, interface: link }) => `${name} ${link}`)).toEqual([
      'default-net eth0',
      'default/one net1',
      'default/other net2',
      'default/third net3',
    ]);
    expect(await at().call('DEL', pod, two)).toMatchObject({ exitCode: 0 });
    expect((await begun()).slice(-4)).toEqual(['DEL net3', 'DEL net2', 'DEL net1', 'DEL eth0']);
  });
  it('runs networks whose NADs have plexus-cni.io/concurrent at the same time without a setting', async () => {
    const { pod, answer, release } = await held('one,other', {}, { 'plexus-cni.io/concurrent': 'true' });
    await waitFor('both have begun', async () => (await begun()).length === 3);
    await release();
    expect(await answer).toMatchObject({ exitCode: 0 });
    await at().call('DEL', pod);
  });
  it('NPWG-96, NPWG-97: cancels the other one on a failure, undoes both and the default network, and returns that failure', async () => {
    await at().node.nad('bad', chain('bad', 'gamma-missing'));
    await at().node.nad('slow', chain('slow', 'beta'));
    await at().beta.set({ ADD: { hang: true } });
    const pod = await at().node.pod('fails-together', 'slow,bad');
    const { exitCode, stdout } = await at().call('ADD', pod, two);
    expect([exitCode, errorIn(stdout).msg]).toEqual([1, expect.stringContaining('gamma-missing')]);
    const undone = (await begun()).filter((each) => each.startsWith('DEL'));
    expect(undone).toEqual(['DEL net1', 'DEL eth0']);
    expect(await at().node.leftovers()).toEqual([]);
  });
});
