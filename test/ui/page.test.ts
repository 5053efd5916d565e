import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PodSummary } from '../../src/npwg/index.ts';
import { chromiumPath, openUi, startBrowser } from '../support/browser.ts';
import { aPodSummary, entry, eth0 } from '../support/pod-summary.ts';
import { type RunningUi, startUi } from '../support/running-ui.ts';
import { manyPods, podObject, samplePods } from '../support/sample-cluster.ts';

/** Errors in the page. */
const complaints: string[] = [];
let browser: Browser;

async function opened({
  pods,
  at = '#/pods',
  width = 1200,
}: { pods?: readonly PodSummary[]; at?: string; width?: number } = {}): Promise<
  { readonly ui: RunningUi; readonly page: Page } & AsyncDisposable
> {
  const ui = await startUi(pods);
  const page = await openUi(browser, `${ui.url}${at}`, complaints, width);
  const end = async (): Promise<void> => {
    await page.close();
    await ui.stop();
  };
  return { ui, page, [Symbol.asyncDispose]: end };
}
const names = (page: Page): Promise<readonly string[]> =>
  page.locator('.body .row .cell:first-child').allTextContents();
const detail = (page: Page) => page.getByRole('region', { name: 'Details' });
const hash = (page: Page): string => new URL(page.url()).hash;

describe.skipIf(chromiumPath === undefined)('the page of plexus ui, in Chromium', () => {
  beforeAll(async () => void (browser = await startBrowser()));
  afterAll(() => browser.close());

  it('shows the cluster at a glance first, with links to each problem, pod and network', async () => {
    await using at = await opened({ at: '' });
    await at.page.getByText('3 errors and 1 warning').waitFor();
    expect(await at.page.getByRole('list', { name: 'Pods by state' }).getByRole('listitem').allTextContents()).toEqual(
      expect.arrayContaining(['10 pods', '5 ● attached', '2 ▲ address in use', '1 ▲ missing network', '1 △ waiting']),
    );
    const rows = at.page.getByRole('table', { name: 'Networks' }).getByRole('row');
    expect(await rows.allTextContents()).toEqual(
      expect.arrayContaining(['shop/storage ▲ errormacvlan43 of 254', 'infra/backupipvlan2–', 'cluster-net9–']),
    );
    await at.page.getByRole('region', { name: 'Latest failures' }).getByRole('link', { name: 'shop/db-2' }).click();
    expect(await detail(at.page).getByRole('heading', { level: 2 }).textContent()).toBe('shop/db-2');
    await at.page.goBack();
    await at.page
      .getByRole('region', { name: 'Needs attention' })
      .getByRole('link', { name: /10\.30\.0\.2/ })
      .click();
    await detail(at.page).getByText('Fix:').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows the pods, and the details of the selected one', async () => {
    await using at = await opened();
    expect(await names(at.page)).toHaveLength(10);
    await at.page.getByRole('link', { name: 'shop/db-2' }).click();
    expect(await detail(at.page).getByRole('heading', { level: 2 }).textContent()).toBe('shop/db-2');
    expect(await detail(at.page).getByRole('row').allTextContents()).toEqual([
      'InterfaceStateNetworkAddresses and MAC',
      'eth0● attachedcluster-net10.244.2.6',
      'net1▲ attached, also elsewhereshop/storage10.30.0.202:00:00:00:00:03',
    ]);
    const problem = detail(at.page).getByRole('region', { name: 'Problems' });
    expect(await problem.innerText()).toMatch(/have the same address 10\.30\.0\.2 in shop\/storage[^]*Fix: /);
    expect(complaints).toEqual([]);
  });

  it('keeps page, filters, order and selection in its address, for Back and reload', async () => {
    await using at = await opened({ at: '' });
    await at.page.getByRole('link', { name: /^Pods/ }).click();
    await at.page.getByLabel('Namespace').selectOption('shop');
    await at.page.getByRole('button', { name: 'Node' }).click();
    await at.page.getByRole('link', { name: 'shop/db-1' }).click();
    expect(hash(at.page)).toBe('#/pods?namespace=shop&at=shop%2Fdb-1&sort=node');
    const shown = await names(at.page);
    await at.page.reload();
    await detail(at.page).getByRole('heading', { name: 'shop/db-1' }).waitFor();
    expect(await names(at.page)).toEqual(shown);
    await detail(at.page).getByRole('link', { name: 'shop/storage' }).click();
    await detail(at.page).getByRole('heading', { name: 'shop/storage' }).waitFor();
    await at.page.goBack();
    await detail(at.page).getByRole('heading', { name: 'shop/db-1' }).waitFor();
    await at.page.goBack();
    expect(await detail(at.page).count()).toBe(0);
    expect(await at.page.getByLabel('Namespace').inputValue()).toBe('shop');
    await at.page.goto(`${at.ui.url}#/pods?at=shop/gone`);
    await detail(at.page).getByText('shop/gone does not exist').waitFor();
    expect(complaints).toEqual([]);
  });

  it('searches, filters and sorts; the counts follow the filters', async () => {
    await using at = await opened();
    await at.page.getByRole('searchbox').fill('10.30.0.2');
    expect(await names(at.page)).toEqual(['shop/db-0', 'shop/db-2']);
    await at.page.getByRole('link', { name: 'Pods (2)' }).waitFor();
    await at.page.getByRole('searchbox').fill('web n2');
    expect(await names(at.page)).toEqual(['shop/web-5d4f-b2']);
    await at.page.getByRole('searchbox').fill('');
    await at.page.getByLabel('Namespace').selectOption('infra');
    expect(await names(at.page)).toEqual(['infra/archive-0']);
    await at.page.getByRole('link', { name: 'Networks (1)' }).waitFor();
    await at.page.getByRole('button', { name: 'Clear' }).click();
    await at.page.getByLabel('Network', { exact: true }).selectOption('shop/cameras');
    expect(await names(at.page)).toEqual(['shop/recorder-6c9f-x2', 'shop/viewer']);
    await at.page.getByLabel('only with problems').check();
    expect(await names(at.page)).toEqual(['shop/viewer']);
    await at.page.getByRole('button', { name: 'Clear' }).click();
    const first = async (order: string): Promise<string | undefined> => {
      await at.page.locator(`[role=columnheader][aria-sort=${order}]`).waitFor();
      return (await names(at.page))[0];
    };
    await at.page.getByRole('button', { name: 'Pod' }).click();
    expect(await first('ascending')).toBe('infra/archive-0');
    await at.page.getByRole('button', { name: 'Pod' }).click();
    expect(await first('descending')).toBe('shop/web-5d4f-b2');
    await at.page.getByRole('button', { name: 'State' }).click();
    expect(await first('ascending')).toBe('shop/db-0');
  });

  it('works with the keyboard alone', async () => {
    await using at = await opened();
    const focused = (): Promise<string> =>
      at.page.evaluate<string>('document.activeElement?.id || document.activeElement?.textContent');
    await at.page.keyboard.press('/');
    expect(await focused()).toBe('search');
    await at.page.keyboard.type('db');
    await at.page.keyboard.press('Escape');
    await expect.poll(focused).toBe('infra/archive-0');
    expect(await at.page.getByRole('searchbox').inputValue()).toBe('');
    for (const expected of ['infra/archive-0', 'shop/db-0', 'shop/db-1']) {
      await at.page.keyboard.press('ArrowDown');
      await expect.poll(focused).toBe(expected);
    }
    const chosen = at.page.locator('.row[aria-current=true]');
    expect(await chosen.getAttribute('aria-rowindex')).toBe('4');
    await at.page.keyboard.press('End');
    await expect.poll(focused).toBe('shop/web-5d4f-b2');
    expect(await chosen.getAttribute('aria-rowindex')).toBe('11');
    await detail(at.page).getByRole('heading', { name: 'shop/web-5d4f-b2' }).waitFor();
    expect(await at.page.locator('.body a[tabindex="0"]').count()).toBe(1);
    await at.page.keyboard.press('/');
    for (const expected of ['namespace', 'network', 'node', 'wrong']) {
      await at.page.keyboard.press('Tab');
      expect(await focused()).toBe(expected);
    }
    expect(await at.page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  });

  it('shows live changes, and keeps the selection', async () => {
    await using at = await opened({ at: '#/pods?at=shop/db-1' });
    at.ui.server.put('pods', podObject(aPodSummary('aaa-new', { namespace: 'infra', has: [eth0('10.244.9.9')] })));
    await at.page.getByRole('link', { name: 'infra/aaa-new' }).waitFor();
    expect((await names(at.page))[0]).toBe('infra/aaa-new');
    expect(await at.page.locator('.row[aria-current=true] .cell:first-child').textContent()).toBe('shop/db-1');
    at.ui.server.remove('pods', 'shop', 'db-0');
    await at.page.getByRole('link', { name: 'shop/db-0' }).waitFor({ state: 'detached' });
    await at.page.getByRole('link', { name: 'Problems (3)' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('marks its content as old when the API server or plexus ui itself is gone', async () => {
    await using at = await opened();
    await at.ui.server.goAway();
    await at.page.getByRole('status').filter({ hasText: 'not up to date' }).waitFor();
    await at.page.getByRole('alert').filter({ hasText: 'The page shows the state of' }).waitFor();
    expect(await names(at.page)).toHaveLength(10);
    const other = await startUi();
    await at.page.goto(other.url);
    await at.page.getByText('live', { exact: true }).waitFor();
    await other.stop();
    await at.page.getByRole('alert').filter({ hasText: 'plexus ui has stopped' }).waitFor();
    complaints.length = 0; // The browser itself reports the lost connection.
  });

  it('shows a network: problems, range use, pods and configuration', async () => {
    await using at = await opened({ at: '#/networks?at=shop/storage' });
    await detail(at.page).getByText('3 of 254').waitFor();
    await detail(at.page).getByText('10.30.0.0/24', { exact: true }).waitFor();
    expect(JSON.parse((await detail(at.page).locator('pre').textContent()) ?? '')).toEqual({
      type: 'macvlan',
      master: 'eth1',
      ipam: { type: 'whereabouts', range: '10.30.0.0/24' },
    });
    await detail(at.page).getByRole('link', { name: 'Show all 4 in the table' }).click();
    expect(await names(at.page)).toHaveLength(4);
    await at.page.goto(`${at.ui.url}#/networks?at=shop/storrage`);
    await detail(at.page).getByText('does not exist; requested by').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows the Events about the pods of a network, and new ones as they arrive', async () => {
    await using at = await opened({ at: '#/networks?at=shop/storage' });
    const events = detail(at.page).getByRole('region', { name: 'Events' });
    await events.getByText('No Warning about a pod of this network').waitFor();
    const put = (pod: string, message: string) =>
      at.ui.server.put('events', {
        metadata: { namespace: pod.split('/')[0], name: `${pod.split('/')[1]}.1` },
        involvedObject: { kind: 'Pod', namespace: pod.split('/')[0], name: pod.split('/')[1] },
        type: 'Warning',
        reason: 'AttachmentFailed',
        message,
        count: 3,
        source: { component: 'plexus' },
        lastTimestamp: new Date().toISOString(),
      });
    put('infra/archive-0', 'of another network');
    put('shop/db-0', 'no address is left');
    await events.getByText('no address is left').waitFor();
    expect(await events.getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/^shop\/db-0 AttachmentFailed .*, 3 timesno address is left$/),
    ]);
    expect(complaints).toEqual([]);
  });

  it('shows a problem with severity, fix and objects, and links it to them', async () => {
    await using at = await opened({ at: '#/problems' });
    expect(await at.page.locator('.cell.severity').allTextContents()).toEqual([
      '▲ error',
      '▲ error',
      '▲ error',
      '△ warning',
    ]);
    await at.page.getByRole('link', { name: /10\.30\.0\.2/ }).click();
    await detail(at.page).getByText('Fix: Delete one of the pods').waitFor();
    await detail(at.page).getByRole('link', { name: 'shop/db-2' }).click();
    await detail(at.page).getByRole('heading', { name: 'shop/db-2' }).waitFor();
  });

  it('draws the topology: groups, filters, zoom, and links from dot and lane', async () => {
    await using at = await opened({ at: '#/topology' });
    const pods = at.page.getByRole('list', { name: 'Pods', exact: true });
    await pods.getByRole('button', { name: 'shop/db' }).waitFor();
    expect(await at.page.locator('svg.lanes .wire.pod').count()).toBe(10);
    await pods.getByRole('button', { name: 'shop/db' }).click();
    expect(await at.page.locator('svg.lanes .wire.pod').count()).toBe(7);
    expect(await at.page.locator('svg.lanes .wire.group text').allTextContents()).toEqual(['×3', '×2', '×1']);
    await at.page.getByLabel('Group by').selectOption('node');
    await pods.getByRole('button', { name: 'n2' }).waitFor();
    expect(hash(at.page)).toBe('#/topology?group=node');
    const width = async (): Promise<number> => (await at.page.locator('svg.lanes').boundingBox())?.width ?? 0;
    const before = await width();
    await at.page.getByRole('button', { name: 'Zoom in' }).click();
    expect(await width()).toBeGreaterThan(before);
    await at.page.getByRole('searchbox').fill('db-2');
    expect(await at.page.locator('svg.lanes .wire.pod').count()).toBe(1);
    await at.page.locator('svg.lanes .wire.pod a').last().click();
    await detail(at.page).getByRole('heading', { name: 'shop/db-2' }).waitFor();
    await at.page.goBack();
    await at.page.getByRole('list', { name: 'Networks' }).getByRole('link', { name: 'shop/storage' }).click();
    await detail(at.page).getByRole('heading', { name: 'shop/storage' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows 5,000 pods with a few hundred elements: pans the topology, scrolls the table to its end', async () => {
    const started = performance.now();
    await using at = await opened({ pods: manyPods(5000), at: '#/topology' });
    await at.page.getByText('5000 pods in 4 networks').waitFor();
    console.log(`5,000 pods: shown after ${Math.round(performance.now() - started)} ms, server started included`);
    const board = at.page.locator('.board');
    const top = (): Promise<number> => board.evaluate((element) => element.scrollTop);
    const box = await board.boundingBox();
    if (box === null) throw new Error('no board');
    await at.page.mouse.move(box.x + 500, box.y + 400);
    await at.page.mouse.down();
    await at.page.mouse.move(box.x + 500, box.y + 100, { steps: 5 });
    await at.page.mouse.up();
    expect(await top()).toBeGreaterThan(250);
    const head = await at.page.locator('.board .heads').boundingBox();
    expect(Math.abs((head?.y ?? 0) - box.y)).toBeLessThan(3); // The heads of the lanes stay visible.
    await at.page.getByLabel('Group by').selectOption('nothing');
    expect(await at.page.locator('.board .labels li').count()).toBeLessThan(100);
    await at.page.getByRole('link', { name: 'Pods (5000)' }).click();
    expect(await at.page.locator('.body .row').count()).toBeLessThan(60);
    await at.page.locator('.body a[tabindex="0"]').focus();
    await at.page.keyboard.press('End');
    expect(await at.page.locator('.row[aria-current=true]').getAttribute('aria-rowindex')).toBe('5001');
    expect(complaints).toEqual([]);
  });

  it('treats names and annotations as plain text', async () => {
    const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'';
    await using at = await opened({
      pods: [
        aPodSummary('evil', { owner: evil, node: evil, asks: evil, has: [entry(evil, evil, [evil], evil)] }),
        aPodSummary('odd', { has: `[{"name":"${'x'.repeat(500)}"}]` }),
        ...samplePods,
      ],
      at: '#/pods?at=shop/evil',
    });
    await detail(at.page).getByRole('heading', { name: 'shop/evil' }).waitFor();
    expect(await detail(at.page).textContent()).toContain(evil);
    for (const each of ['Overview', 'Networks', 'Problems', 'Topology']) {
      await at.page
        .getByRole('navigation')
        .getByRole('link', { name: new RegExp(`^${each}`) })
        .click();
      await at.page.getByText('onerror').first().waitFor({ state: 'attached' });
    }
    expect(await at.page.locator('img, body script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it.each([
    [1200, ['#/overview', '#/pods?at=shop/db-2', '#/networks?at=shop/storage', '#/problems', '#/topology']],
    [390, ['#/overview', '#/pods', '#/networks', '#/topology']],
  ])('has no accessibility finding of axe-core at a width of %i', async (width, fragments) => {
    await using at = await opened({ at: fragments[0] ?? '', width });
    await at.page.evaluate(axe.source);
    for (const fragment of fragments)
      for (const colorScheme of ['light', 'dark'] as const) {
        await at.page.emulateMedia({ colorScheme });
        await at.page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
        await at.page.locator('nav [aria-current=page]').waitFor();
        const found = await at.page.evaluate<readonly { id: string; nodes: { html: string }[] }[]>(
          'axe.run().then(({ violations }) => violations)',
        );
        expect(
          found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`),
          `${fragment} ${colorScheme}`,
        ).toEqual([]);
      }
  });

  it('shows cards instead of a table, and details instead of the cards, at 390 px', async () => {
    await using at = await opened({ width: 390 });
    expect(await at.page.locator('.cards .row').count()).toBeGreaterThan(5);
    const wide = 'document.documentElement.scrollWidth > innerWidth';
    expect(await at.page.evaluate(wide)).toBe(false);
    await at.page.getByRole('link', { name: 'shop/db-2' }).click();
    await detail(at.page).getByRole('heading', { name: 'shop/db-2' }).waitFor();
    expect(await at.page.locator('.cards').isVisible()).toBe(false);
    expect(await at.page.evaluate(wide)).toBe(false);
    await detail(at.page).getByRole('link', { name: '‹ Pods' }).click();
    expect(await at.page.locator('.cards').isVisible()).toBe(true);
  });
});
