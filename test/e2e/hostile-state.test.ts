import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal, fileLocks } from '../../src/journal/index.ts';
import { encodeRecord } from '../../src/plan/index.ts';
import { callCni, plexusCni, podArgs } from '../support/cni-runtime.ts';
import { shim } from '../support/daemon.ts';
import { patience } from '../support/patience.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

// The daemon can write everything below the state folder. An attacker who has compromised the daemon must not be able
// to make a program on the host, which is root there, write, read or remove anything else (docs/journal.md, "Who
// writes, who believes").
const run = promisify(execFile);
let node: TestNode;
let victim: string;
beforeEach(async () => {
  node = await createTestNode('direct');
  victim = join(node.dir, 'victim');
  await mkdir(victim);
  await mkdir(state());
  await writeFile(join(victim, 'kept'), 'kept');
});
afterEach(() => node.remove());

const state = (...names: readonly string[]): string => join(node.dir, 'state', ...names);
const untouched = async (): Promise<void> => {
  expect(await readdir(victim)).toEqual(['kept']);
  expect(await readFile(join(victim, 'kept'), 'utf8')).toBe('kept');
};
const errorIn = (stdout: string) => JSON.parse(stdout) as { code: number; msg: string };
const attached = async (name: string): Promise<TestPod> => {
  const pod = await node.pod(name);
  expect(await node.call('ADD', pod)).toMatchObject({ exitCode: 0 });
  return pod;
};

describe('a symbolic link in place of a folder of the state folder', () => {
  it.each(['journal', 'locks'])('makes ADD and DEL fail without writing to its target: %s', async (name) => {
    const pod = await node.pod('pod');
    await symlink(victim, state(name));
    for (const command of ['ADD', 'DEL']) {
      const { stdout } = await node.call(command, pod);
      expect(errorIn(stdout).msg, command).toMatch(new RegExp(`PLX-FILE-UNUSABLE.*${state(name)}.*symbolic link`));
    }
    await untouched();
  });

  it('makes DEL remove nothing in its target: deferred', async () => {
    const pod = await attached('pod');
    await writeFile(join(victim, `${pod.containerId}@eth0.call`), 'kept');
    await symlink(victim, state('deferred'));
    await node.call('DEL', pod);
    expect((await readdir(victim)).toSorted()).toEqual([`${pod.containerId}@eth0.call`, 'kept']);
  });

  it('is not used for setting a damaged record aside: journal/damaged', async () => {
    const pod = await attached('pod');
    await writeFile(state('journal', `${pod.containerId}@eth0.json`), 'damaged');
    await symlink(victim, state('journal/damaged'));
    await node.call('DEL', pod);
    await untouched();
  });

  it('is never followed while it is repeatedly exchanged with the folder', async () => {
    const pod = await node.pod('pod');
    await mkdir(state('journal'));
    await mkdir(state('locks'));
    const loop = `while :; do for each in journal locks; do mv ${state()}/$each ${state()}/$each.real; ln -s ${victim} ${state()}/$each; rm ${state()}/$each; mv ${state()}/$each.real ${state()}/$each; done; done`;
    const flipping = spawn('sh', ['-c', loop], { stdio: 'ignore' });
    try {
      for (let times = 0; times < 6; times++) for (const command of ['ADD', 'DEL']) await node.call(command, pod);
    } finally {
      flipping.kill('SIGKILL');
      await once(flipping, 'exit');
    }
    await untouched();
  });
});

describe('a special file in the state folder', () => {
  const places = (pod: TestPod): readonly string[] => [
    state('journal', `${pod.containerId}@eth0.json`),
    state('journal', `${pod.containerId}@eth0.progress`),
    state('locks/sandboxes'),
    state('deferred', `${pod.containerId}@eth0.call`),
    state('stand-in.json'),
  ];
  it.each([0, 1, 2, 3, 4])('does not block: a FIFO as file number %i', async (index) => {
    const pod = await attached('pod');
    const place = places(pod)[index] ?? '';
    await rm(place, { force: true });
    await mkdir(join(place, '..'), { recursive: true });
    await run('mkfifo', [place]);
    // Each call answers, with success or an error.
    for (const command of ['CHECK', 'DEL', 'ADD', 'DEL']) {
      const { exitCode } = await node.call(command, pod, {
        config: node.config({ deadlines: { addSeconds: 5, delSeconds: 5, checkSeconds: 5 } }),
        env: { PLEXUS_DAEMON_AWAY: '1' },
      });
      expect(exitCode, command).not.toBeNull();
    }
  });

  it('is not read if it is a symbolic link', async () => {
    const pod = await attached('pod');
    await rename(state('journal', `${pod.containerId}@eth0.json`), join(victim, 'record'));
    await symlink(join(victim, 'record'), state('journal', `${pod.containerId}@eth0.json`));
    await node.call('DEL', pod);
    expect(await readdir(state('journal/damaged'))).toEqual([`${pod.containerId}@eth0.json`]);
    expect((await readdir(victim)).toSorted()).toEqual(['kept', 'record']);
  });
});

describe('a forged file in the state folder', () => {
  it('has no effect if stand-in.json names a log file, programs, state and a kubeconfig', async () => {
    const settings = {
      logFile: join(victim, 'log'),
      logLevel: 'debug',
      binDir: [victim],
      cniDir: victim,
      kubeconfig: join(victim, 'k'),
      manifestsDir: victim,
      LogFile: join(victim, 'l'),
    };
    await writeFile(state('stand-in.json'), JSON.stringify({ formatVersion: 1, settings, nads: [] }));
    const pod = await node.pod('pod');
    for (const command of ['ADD', 'DEL'])
      expect(await node.call(command, pod, { env: { PLEXUS_DAEMON_AWAY: '1' } })).toMatchObject({ exitCode: 0 });
    await untouched();
  });

  it('does not make DEL remove the device information file that a record names', async () => {
    const pod = await attached('pod');
    const journal = fileJournal(state('journal'));
    const record = (await journal.read({ containerId: pod.containerId, ifName: 'eth0' }))!;
    const attachments = record.attachments.map((entry) => ({
      ...entry,
      attachment: { ...entry.attachment, deviceInfo: { file: join(victim, 'kept') } },
    }));
    await writeFile(state('journal', `${pod.containerId}@eth0.json`), encodeRecord({ ...record, attachments }));
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    await untouched();
  });

  it('does not make GC detach interfaces of the node if a record has the node’s namespace', async () => {
    const pod = await attached('pod');
    await node.netns.exec(['ip', 'link', 'add', 'nodes0', 'type', 'veth', 'peer', 'name', 'nodes1']);
    const journal = fileJournal(state('journal'));
    const record = (await journal.read({ containerId: pod.containerId, ifName: 'eth0' }))!;
    const attachments = record.attachments.map((entry) => ({
      ...entry,
      attachment: { ...entry.attachment, interfaceName: 'nodes0' },
    }));
    const flip = join(node.dir, 'flip');
    await symlink(node.netns.path, flip);
    for (const netns of [node.netns.path, '/proc/self/ns/net', flip]) {
      await writeFile(
        state('journal', `${pod.containerId}@eth0.json`),
        encodeRecord({ ...record, netns, attachments }),
      );
      const gc = { ...node.config(), cniVersion: '1.1.0', 'cni.dev/valid-attachments': [] };
      await callCni({
        command: 'GC',
        config: gc,
        path: [await pluginsDir()],
        nodeNetns: node.netns.path,
        executable: plexusCni,
      });
      expect(await node.netns.exec(['ip', 'link', 'show', 'nodes0']), netns).toContain('nodes0');
    }
  });

  it('executes nothing if a record names a plugin by path', async () => {
    const pod = await attached('pod');
    const evil = join(victim, 'evil');
    await writeFile(evil, `#!/bin/sh\ntouch ${join(victim, 'ran')}\n`, { mode: 0o755 });
    const journal = fileJournal(state('journal'));
    const record = (await journal.read({ containerId: pod.containerId, ifName: 'eth0' }))!;
    for (const type of [evil, `../../..${evil}`]) {
      const plugins = [{ type, capabilities: [], json: { type } }];
      const attachments = record.attachments.map(
        ({ attachment }) =>
          ({
            state: 'intended',
            attachment: { ...attachment, configuration: { ...attachment.configuration, plugins } },
          }) as const,
      );
      await writeFile(state('journal', `${pod.containerId}@eth0.json`), encodeRecord({ ...record, attachments }));
      await node.call('DEL', pod);
    }
    expect(await readdir(victim)).not.toContain('ran');
  });

  it('does not make DEL end a process of the node that a note names as the holder of a lock', async () => {
    const pod = await attached('pod');
    const bystander = spawn('sleep', ['1000'], { stdio: 'ignore' });
    try {
      const claim = { containerId: pod.containerId, command: 'ADD' };
      await fileLocks(state('locks')).withSandbox(claim, patience(), async () => {
        const notes = await readFile(state('locks/sandboxes'), 'utf8');
        const forged = notes.replaceAll(/\{"pid":[^}]*\} */g, (note) =>
          JSON.stringify({ ...(JSON.parse(note) as object), pid: bystander.pid }).padEnd(note.length),
        );
        await writeFile(state('locks/sandboxes'), forged);
        const { stdout } = await node.call('DEL', pod, { config: node.config({ deadlines: { delSeconds: 2 } }) });
        expect(errorIn(stdout).msg).toContain('PLX-SANDBOX-BUSY');
        expect(errorIn(stdout).msg).toContain(`ADD (process ${bystander.pid})`);
      });
      expect(bystander.signalCode).toBeNull();
      expect(bystander.kill(0)).toBe(true);
    } finally {
      bystander.kill('SIGKILL');
    }
  });
});

describe('a DEL deferred by the shim', () => {
  const del = async (pod: TestPod) =>
    callCni({
      command: 'DEL',
      config: { cniVersion: '1.0.0', name: 'n', type: 'plexus', cniDir: state() },
      containerId: pod.containerId,
      netns: pod.netns.path,
      ifName: 'eth0',
      args: podArgs(pod, pod.containerId),
      path: [await pluginsDir()],
      executable: shim,
      env: { PLEXUS_SOCKET: join(node.dir, 'none'), PLEXUS_DAEMON_WAIT_SECONDS: '0' },
    });

  it('is stored in the folder itself, not in the target of a symbolic link', async () => {
    const pod = await node.pod('pod');
    await writeFile(join(victim, '.open'), '');
    await symlink(victim, state('deferred'));
    expect(errorIn((await del(pod)).stdout).msg).toContain('PLX-DAEMON-AWAY');
    expect((await readdir(victim)).toSorted()).toEqual(['.open', 'kept']);
    await rm(state('deferred'));
    await mkdir(state('deferred'));
    await writeFile(state('deferred/.open'), '');
    expect(await del(pod)).toMatchObject({ exitCode: 0 });
    expect((await readdir(state('deferred'))).toSorted()).toEqual(['.open', `${pod.containerId}@eth0.call`]);
  });

  it('is not written through a symbolic link at its file name or into a FIFO', async () => {
    const pod = await node.pod('pod');
    await mkdir(state('deferred'));
    await writeFile(state('deferred/.open'), '');
    await symlink(join(victim, 'kept'), state('deferred', `${pod.containerId}@eth0.call`));
    expect(await del(pod)).toMatchObject({ exitCode: 0 });
    await untouched();
    await rm(state('deferred/.open'));
    await run('mkfifo', [state('deferred/.open')]);
    expect(errorIn((await del(pod)).stdout).msg).toContain('PLX-DAEMON-AWAY');
  });

  it('is not stored in a folder that only the configuration names', async () => {
    const pod = await node.pod('pod');
    await mkdir(join(victim, 'deferred'));
    await writeFile(join(victim, 'deferred/.open'), '');
    const host = join(node.dir, 'host.json');
    await writeFile(host, JSON.stringify({ cniDir: state() }));
    const call = (file: string) =>
      callCni({
        command: 'DEL',
        config: { cniVersion: '1.0.0', name: 'n', type: 'plexus', cniDir: victim },
        containerId: pod.containerId,
        netns: pod.netns.path,
        ifName: 'eth0',
        executable: shim,
        env: { PLEXUS_SOCKET: join(node.dir, 'none'), PLEXUS_DAEMON_WAIT_SECONDS: '0', PLEXUS_HOST_FILE: file },
      });
    expect(errorIn((await call(host)).stdout).msg).toContain('PLX-DAEMON-AWAY');
    await chmod(host, 0o666);
    await writeFile(host, JSON.stringify({ cniDir: victim }));
    expect(errorIn((await call(host)).stdout).msg, 'a file that others can write says nothing').toContain(
      'PLX-DAEMON-AWAY',
    );
    expect(await readdir(join(victim, 'deferred'))).toEqual(['.open']);
  });
});
