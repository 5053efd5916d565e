import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, openUi, startBrowser } from '../support/browser.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { recordingDelegate } from '../support/recording-delegate.ts';
import { type RunningUi, startUiOver } from '../support/running-ui.ts';
import type { TestPod } from '../support/test-node.ts';

const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>';
const complaints: string[] = [];
let plugins = '';
let at: ClusterNode;
let ui: RunningUi;
let browser: Browser;
let page: Page;

/** Creates a pod of a node, with its sandbox on this one. */
async function podOn(node: string, name: string, networks: string): Promise<TestPod> {
  const pod = await at.pod(name, networks);
  const object = at.api.get('pods', 'default', name);
  at.api.put('pods', {
    ...object,
    metadata: { ...object?.metadata, name },
    spec: { nodeName: node, containers: [{ name: 'main', image: 'none' }] },
  });
  return pod;
}

const recent = (): Locator => page.getByRole('region', { name: 'Recent operations' });
const operations = (): Locator => recent().locator('details.operation');
const rowsOf = (operation: Locator): Promise<readonly string[]> =>
  operation.locator('tbody tr td:nth-child(4)').allTextContents();
async function opened(name: string): Promise<void> {
  await page.getByRole('link', { name: `default/${name}`, exact: true }).click();
  await page.getByRole('heading', { level: 2, name: `default/${name}` }).waitFor();
  await recent().getByText('Reading from the daemon').waitFor({ state: 'detached' });
}

describe.skipIf(chromiumPath === undefined)('the page of plexus ui on a node whose daemon answers', () => {
  beforeAll(async () => {
    plugins = await mkdtemp(join(tmpdir(), 'plexus-plugins-'));
    for (const name of ['bridge', 'host-local']) await cp(join(await pluginsDir(), name), join(plugins, name));
    const bad = await recordingDelegate(plugins, 'bad');
    await bad.set({
      ADD: { stderr: evil, stdout: JSON.stringify({ cniVersion: '1.0.0', code: 120, msg: evil }), exitCode: 1 },
    });
    at = await createClusterNode({ plugins });
    at.nad('storage', at.node.bridge('storage', '10.30.0.0/24', { password: 'geheim-1' }));
    at.nad('broken', { cniVersion: '1.0.0', name: 'broken', type: 'bad' });
    const daemon = await at.start({ flags: { 'reclaim-seconds': '0' } });
    ui = await startUiOver(at.api, daemon.socket);
    browser = await startBrowser();
    page = await openUi(browser, `${ui.url}#/pods`, complaints);
  });
  afterAll(async () => {
    await browser?.close();
    await ui?.stop();
    await at?.remove();
    await rm(plugins, { recursive: true, force: true });
  });

  it('shows a pod’s operations: each step with its time and a bar', async () => {
    const pod = await podOn('node-1', 'shown', 'storage');
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await opened('shown');
    expect(await recent().getByText('1 operation', { exact: true }).count()).toBe(1);
    expect(await operations().locator('summary').first().textContent()).toMatch(
      /^ADD \d{4}-\d\d-\d\dT[\d:.]+Z success after \d+ ms$/,
    );
    const plugin = operations().locator('tbody tr:not(.minor)');
    expect(await plugin.allTextContents()).toEqual([
      expect.stringMatching(/^\d+ ms\d+ msADD bridge: cluster-net \(eth0\)ok$/),
      expect.stringMatching(/^\d+ ms\d+ msADD bridge: default\/storage \(net1\)ok$/),
    ]);
    expect(await rowsOf(operations())).toContain('decide');
    // The second bar begins where the first ends, and both lie in the column.
    const [first, second] = await Promise.all(
      [0, 1].map((index) => plugin.nth(index).locator('.bar > div').boundingBox()),
    );
    const column = await plugin.first().locator('.bar').boundingBox();
    if (!first || !second || !column) throw new Error('a bar cannot be seen');
    expect(first.width).toBeGreaterThan(3);
    expect(second.x).toBeGreaterThan(first.x);
    expect(second.x + second.width).toBeLessThanOrEqual(column.x + column.width + 3);
    expect(complaints).toEqual([]);
  });

  it('shows what plugins read and wrote on demand, with masked secrets', async () => {
    await opened('shown');
    expect(await recent().locator('pre').count()).toBe(0);
    await recent().getByText('input, output of ADD bridge: default/storage (net1)').focus();
    await page.keyboard.press('Enter');
    await recent().locator('pre').first().waitFor();
    const [input = '', output = ''] = await recent().locator('pre').allTextContents();
    expect(JSON.parse(input)).toMatchObject({ name: 'storage', type: 'bridge', password: '(masked)' });
    expect(JSON.parse(output)).toMatchObject({ ips: [{ address: expect.stringMatching(/^10\.30\.0\./) as string }] });
  });

  it('keeps unfolded parts and the focus while the cluster changes', async () => {
    await opened('shown');
    await recent().getByRole('button', { name: 'Refresh' }).focus();
    const unfolded = await recent().locator('details[open]').count();
    at.podObject('another', 'storage');
    await page.getByRole('link', { name: 'default/another', exact: true }).waitFor();
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Refresh');
    expect(await recent().locator('details[open]').count()).toBe(unfolded);
  });

  it('shows why an ADD failed, with its fix, and plugin output as plain text', async () => {
    const pod = await podOn('node-1', 'failing', 'broken');
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 1 });
    await opened('failing');
    expect(await operations().locator('summary').first().textContent()).toMatch(
      /^ADD \S+Z ▲ failure after \d+ ms, PLX-[A-Z-]+$/,
    );
    const error = await operations().locator('.problem').innerText();
    expect(error).toMatch(/^▲ PLX-PLUGIN-FAILED \(code \d+\): plugin bad failed \(ADD\): /);
    expect(error).toContain(evil);
    expect(error).toContain('network default/broken, interface net1, plugin bad');
    expect(error).toMatch(/\nfix: \S/);
    // The earlier attachments are undone.
    expect(await rowsOf(operations())).toContain('DEL bridge: cluster-net (eth0)');
    for (const each of await operations().locator('details.texts > summary').all()) await each.click();
    await recent().locator('pre', { hasText: evil }).first().waitFor();
    expect(await page.locator('img, body script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('reloads with a button: newest first, and the last failure is also unfolded', async () => {
    const pod = await podOn('node-1', 'repeated', 'broken');
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 1 });
    await opened('repeated');
    expect(await operations().count()).toBe(1);
    for (const command of ['ADD', 'DEL']) await at.call(command, pod);
    await recent().getByRole('button', { name: 'Refresh' }).click();
    await recent().getByText('3 operations, the newest first').waitFor();
    expect(await operations().locator('summary strong').allTextContents()).toEqual(['DEL', 'ADD', 'ADD']);
    expect(await operations().evaluateAll((all) => all.map((each) => each.hasAttribute('open')))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('shows where to look for a pod of another node, and explains an empty list', async () => {
    await podOn('node-2', 'far', 'storage');
    await opened('far');
    expect(await recent().getByRole('paragraph').first().textContent()).toBe(
      'The daemon that can be reached from here is that of node node-1, but the pod is on node-2; run this: kubectl exec -n kube-system PLEXUS_POD -c daemon -- plexus trace pod far -n default (PLEXUS_POD: the pod of Plexus on node-2).',
    );
    await podOn('node-1', 'idle', 'storage');
    await opened('idle');
    expect(await recent().getByRole('paragraph').first().textContent()).toBe(
      'The daemon of its node, node-1, has recorded no operation on it: it keeps the newest only, and none from before its start; its log contains older ones.',
    );
    const moved = await podOn('node-2', 'moved', 'storage');
    await at.call('ADD', moved);
    await opened('moved');
    expect(await recent().getByRole('paragraph').first().textContent()).toContain(
      '1 operation, on node node-1, where a pod of this name was',
    );
    expect(await operations().count()).toBe(1);
    expect(complaints).toEqual([]);
  });
});
