import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { chain, errorIn, useRecordingNode } from '../support/recording-node.ts';
import { recordingDelegate } from '../support/recording-delegate.ts';
import { startCall } from '../support/running-call.ts';
import { waitFor } from '../support/wait-for.ts';

const at = useRecordingNode();
afterEach(() => Promise.all([at().alpha.set({}), at().beta.set({})])); // one failure must not cause others

const running = async (pattern: string): Promise<number> => {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(names.map((name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.replaceAll('\0', ' ').includes(pattern)).length;
};

/** Writes a plugin as a short script, and a network of its name. */
async function putPlugin(name: string, script: string): Promise<void> {
  await writeFile(
    join(at().delegates, name),
    `#!/bin/sh
${script}
`,
    { mode: 0o755 },
  );
  await at().node.nad(name, { cniVersion: '1.0.0', name, type: name });
}

describe('a plugin that hangs', () => {
  it('CNI-68, K8S-60: is killed with its children at its deadline; the ADD is undone and fails with code 11', async () => {
    await at().beta.set({ ADD: { hang: true } });
    const pod = await at().node.pod('hangs', 'two');
    const answer = await at().call('ADD', pod, { deadlines: { pluginSeconds: 1 } });
    expect(errorIn(answer.stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-PLUGIN-TIMEOUT') });
    expect(await at().steps()).toEqual([
      'ADD alpha eth0',
      'ADD beta net1',
      'DEL gamma net1',
      'DEL beta net1',
      'DEL alpha eth0',
    ]);
    expect(await running(`${at().delegates}/beta`)).toBe(0);
    expect(await running(`${at().delegates}/recorded/child`)).toBe(0);
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('K8S-60: is killed at the deadline of its ADD, which is undone and fails with code 11', async () => {
    await at().beta.set({ ADD: { hang: true } });
    const pod = await at().node.pod('too-slow', 'two');
    const answer = await at().call('ADD', pod, { deadlines: { addSeconds: 1 } });
    expect(errorIn(answer.stdout)).toMatchObject({
      code: 11,
      msg: expect.stringMatching(/^PLX-OPERATION-TIMEOUT: ADD did not finish within 1 s\. /),
    });
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('is killed when a DEL arrives during its ADD; the DEL waits for the undo and succeeds', async () => {
    await at().beta.set({ ADD: { hang: true } });
    const pod = await at().node.pod('overtaken', 'two');
    const add = await startCall(at(), 'ADD', pod);
    await waitFor('the second delegate to run', async () => (await at().steps()).includes('ADD beta net1'));
    expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0, stdout: '' });
    const { exitCode, stdout } = await add.ended;
    expect(exitCode).toBe(1);
    expect(errorIn(stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-OPERATION-CANCELLED') });
    expect((await at().steps()).slice(2)).toEqual(['DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0']);
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('CNI-72: leaves a journal that suffices for DEL if Plexus is killed during its ADD', async () => {
    await at().beta.set({ ADD: { hang: true } });
    const pod = await at().node.pod('killed', 'two');
    const add = await startCall(at(), 'ADD', pod);
    await waitFor('the second delegate to run', async () => (await at().steps()).includes('ADD beta net1'));
    add.kill();
    await add.ended;
    await at().beta.set({});
    expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0, stdout: '' });
    expect((await at().steps()).slice(2)).toEqual(['DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0']);
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('CNI-72: is awaited by DEL, which also undoes what the plugin still creates', async () => {
    const go = join(at().delegates, 'go');
    await putPlugin(
      'late',
      `[ $CNI_COMMAND = ADD ] || { rm -f ${go}.made; exit; }; while [ ! -e ${go} ]; do sleep 0.01; done; sleep 0.3; touch ${go}.made`,
    );
    await putPlugin('first', `touch ${go}`); // the last attachment is undone first
    const pod = await at().node.pod('late', 'late,first');
    const add = await startCall(at(), 'ADD', pod);
    await waitFor('the plugin to run', async () => (await running(`${at().delegates}/late`)) > 0);
    add.kill();
    await add.ended;
    expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(existsSync(`${go}.made`)).toBe(false);
    expect(await running(`${at().delegates}/late`)).toBe(0);
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('is killed even if its caller has exited and nobody reads the answer', async () => {
    const go = join(at().delegates, 'go-on');
    await putPlugin('patient', `while [ ! -e ${go} ]; do sleep 0.01; done; echo '{"cniVersion":"1.0.0"}'`);
    const pod = await at().node.pod('alone', 'patient');
    const add = await startCall(at(), 'ADD', pod);
    await waitFor('the plugin to run', async () => (await running(`${at().delegates}/patient`)) > 0);
    add.hangUp();
    await writeFile(go, '');
    expect(await add.ended).toMatchObject({ stdout: '' });
    expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('K8S-65: is undone first if the sandbox is added again after a killed ADD', async () => {
    await at().beta.set({ ADD: { hang: true } });
    const pod = await at().node.pod('again', 'two');
    const add = await startCall(at(), 'ADD', pod);
    await waitFor('the second delegate to run', async () => (await at().steps()).includes('ADD beta net1'));
    add.kill();
    await add.ended;
    await at().beta.set({});
    await at().alpha.forget();
    expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect((await at().steps()).slice(0, 4)).toEqual([
      'DEL gamma net1',
      'DEL beta net1',
      'DEL alpha eth0',
      'ADD alpha eth0',
    ]);
    await at().call('DEL', pod);
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('CNI-72: gets the results of the completed plugins at DEL if Plexus is killed within its chain', async () => {
    await at().node.nad('swapped', chain('swapped', 'gamma', 'beta'));
    await at().beta.set({ ADD: { hang: true } });
    const pod = await at().node.pod('within', 'swapped');
    const add = await startCall(at(), 'ADD', pod);
    await waitFor('the second plugin of the chain to run', async () => (await at().steps()).includes('ADD beta net1'));
    add.kill();
    await add.ended;
    await at().beta.set({});
    await at().alpha.forget();
    expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0 });
    const given = (await at().alpha.calls()).map(({ plugin, stdin }) => [
      plugin,
      (stdin['prevResult'] as { ips?: unknown[] } | undefined)?.ips?.length,
    ]);
    expect(given.slice(0, 2)).toEqual([
      ['beta', 1],
      ['gamma', 1],
    ]);
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('K8S-65: leaves nothing behind if the second ADD fails before it starts', async () => {
    await at().beta.set({ ADD: { hang: true } });
    const pod = await at().node.pod('again-and-fails', 'two');
    const add = await startCall(at(), 'ADD', pod);
    await waitFor('the second delegate to run', async () => (await at().steps()).includes('ADD beta net1'));
    add.kill();
    await add.ended;
    await at().beta.set({});
    await at().node.nad('two', { cniVersion: '1.0.0', name: 'no-plugins', plugins: [] });
    expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 1 });
    expect(await at().node.leftovers()).toEqual([]);
    await at().node.nad('two', chain('two', 'beta', 'gamma'));
  });

  it('NPWG-98: does not use up the time of others at DEL: the rest of its chain and all other networks are undone', async () => {
    const gamma = await recordingDelegate(at().delegates, 'gamma');
    const pod = await at().node.pod('hangs-at-del', 'two');
    expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await gamma.set({ DEL: { hang: true } });
    await at().alpha.forget();
    expect(errorIn((await at().call('DEL', pod, { deadlines: { delSeconds: 16 } })).stdout).msg).toMatch(
      /still attached: net1 \(default\/two\) .*gamma .*within \d(\.\d)? s/,
    );
    expect(await at().steps()).toEqual(['DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0']);
    await gamma.set({});
    await at().alpha.forget();
    expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at().steps()).toEqual(['DEL gamma net1', 'DEL beta net1']);
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('NPWG-98: does not use up the time of others if several plugins hang: nothing is abandoned untried', async () => {
    await at().node.nad('single', chain('single', 'beta'));
    const pod = await at().node.pod('all-hang-at-del', 'single,single');
    expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await at().beta.set({ DEL: { hang: true } });
    await at().alpha.forget();
    expect(
      await at().call('DEL', pod, { deadlines: { delSeconds: 24 }, detachAttempts: 1 }),
      'Pod deletion proceeds',
    ).toMatchObject({ exitCode: 0 });
    expect(await at().steps()).toEqual(['DEL beta net2', 'DEL beta net1', 'DEL alpha eth0']);
    await at().beta.set({});
    expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at().node.leftovers()).toEqual([]);
  });
});

describe('a plugin that fails', () => {
  it('CNI-10: passes its own code to the runtime, with network, plugin, interface and pod', async () => {
    await at().beta.set({
      ADD: { exitCode: 1, stdout: '{"cniVersion":"1.0.0","code":114,"msg":"no more ports","details":"tray 7"}' },
    });
    const pod = await at().node.pod('own-code', 'two');
    const error = errorIn((await at().call('ADD', pod)).stdout);
    expect(error).toMatchObject({
      code: 114,
      msg: expect.stringContaining('plugin beta failed (ADD): no more ports; tray 7'),
    });
    expect(error.details).toBe('step ADD, pod default/own-code, network default/two, interface net1, plugin beta');
  });
  it.each([
    {
      title: 'garbage on stdout',
      behaviour: { exitCode: 3, stdout: 'panic: oh no' },
      text: 'netplugin failed: panic: oh no (exit status 3)',
    },
    {
      title: 'only stderr',
      behaviour: { exitCode: 1, stderr: 'cannot open x' },
      text: 'netplugin failed: cannot open x (exit status 1)',
    },
    {
      title: 'nothing at all',
      behaviour: { exitCode: 2 },
      text: 'netplugin failed with no error message (exit status 2)',
    },
    { title: 'success, but no result', behaviour: { stdout: 'all fine' }, text: 'the answer of plugin beta' },
    {
      title: 'a result of an unknown version',
      behaviour: { stdout: '{"cniVersion":"7.0.0"}' },
      text: 'unsupported CNI result version "7.0.0"',
    },
  ])('CNI-65, CNI-67: is reported for $title', async ({ title, behaviour, text }) => {
    await at().beta.set({ ADD: { stdout: '', ...behaviour } });
    const pod = await at().node.pod(`fails-${title.replaceAll(/[^a-z]+/g, '-')}`, 'two');
    expect(errorIn((await at().call('ADD', pod)).stdout).msg).toContain(text);
    expect(await at().node.leftovers()).toEqual([]);
  });
  it('CNI-27, NPWG-98, NPWG-99: does not keep DEL from calling the others; what remains is named and kept, and a later DEL finishes', async () => {
    const pod = await at().node.pod('del-fails', 'two,two');
    expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await at().beta.set({ DEL: { exitCode: 1, stdout: '{"code":999,"msg":"device not found"}' } });
    await at().alpha.forget();
    const failed = await at().call('DEL', pod);
    expect(errorIn(failed.stdout).msg).toContain('still attached: net1 (default/two), net2 (default/two)');
    expect(failed.stdout).not.toContain('not found'); // K8S-57
    expect(await at().steps()).toEqual([
      'DEL gamma net2',
      'DEL beta net2',
      'DEL gamma net1',
      'DEL beta net1',
      'DEL alpha eth0',
    ]);
    await at().beta.set({});
    await at().alpha.forget();
    expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at().steps()).toEqual(['DEL gamma net2', 'DEL beta net2', 'DEL gamma net1', 'DEL beta net1']);
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('NPWG-97: is undone also if the failure follows all plugins', async () => {
    await at().alpha.set({ ADD: { stdout: '{"cniVersion":"1.0.0"}' } });
    const pod = await at().node.pod('too-late', 'two');
    // this version cannot represent a result without addresses
    const answer = await at().call('ADD', pod, { cniVersion: '0.2.0' });
    expect(errorIn(answer.stdout)).toMatchObject({
      code: 1,
      msg: expect.stringContaining('PLX-RESULT-NOT-CONVERTIBLE'),
    });
    expect((await at().steps()).slice(-3)).toEqual(['DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0']);
    expect(await at().node.leftovers()).toEqual([]);
  });
});
