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

async function opened(
  pods?: readonly PodSummary[],
): Promise<{ readonly ui: RunningUi; readonly page: Page } & AsyncDisposable> {
  const ui = await startUi(pods);
  const page = await openUi(browser, ui.url, complaints);
  const end = async (): Promise<void> => {
    await page.close();
    await ui.stop();
  };
  return { ui, page, [Symbol.asyncDispose]: end };
}
const names = (page: Page): Promise<readonly string[]> =>
  page.locator('#list [role=option] > div:first-child').allTextContents();

describe.skipIf(chromiumPath === undefined)('the page of plexus ui, in Chromium', () => {
  beforeAll(async () => void (browser = await startBrowser()));
  afterAll(() => browser.close());

  it('shows the pods, and the details of the selected one', async () => {
    await using at = await opened();
    expect(await names(at.page)).toHaveLength(10);
    await at.page.getByRole('option', { name: 'shop/db-2' }).click();
    const detail = at.page.getByRole('region', { name: 'Details' });
    expect(await detail.getByRole('heading', { level: 2 }).textContent()).toBe('shop/db-2');
    expect(await detail.getByRole('row').allTextContents()).toEqual([
      'InterfaceNetworkAddressesMACState',
      'eth0cluster-net10.244.2.6–attached',
      'net1shop/storage10.30.0.202:00:00:00:00:03▲ attached, also elsewhere',
    ]);
    expect(complaints).toEqual([]);
  });

  it('shows where to find a pod’s operations if no daemon answers here', async () => {
    await using at = await opened([
      ...samplePods,
      aPodSummary('unscheduled', { node: '', phase: 'Pending', asks: 'storage' }),
    ]);
    const recent = at.page.getByRole('region', { name: 'Recent operations' });
    await at.page.getByRole('option', { name: 'shop/db-2' }).click();
    await recent.getByText('kubectl exec').waitFor();
    expect(await recent.innerText()).toMatchInlineSnapshot(`
      "Recent operations

      The daemon of its node, n2, has recorded them and cannot be reached from here (connect ENOENT /nowhere/observe.sock); run this: kubectl exec -n kube-system PLEXUS_POD -c daemon -- plexus trace pod db-2 -n shop (PLEXUS_POD: the pod of Plexus on n2).

      Refresh"
    `);
    expect(await recent.getByRole('group').or(recent.getByRole('table')).count()).toBe(0);
    await at.page.getByRole('option', { name: 'infra/archive-0' }).click();
    await recent.getByText('plexus trace pod archive-0 -n infra').waitFor();
    await at.page.getByRole('option', { name: 'shop/unscheduled' }).click();
    expect(await recent.getByRole('paragraph').allTextContents()).toEqual([
      'It is not on a node yet, so there are no operations.',
    ]);
    await at.page.getByRole('tab', { name: 'Networks' }).click();
    await at.page.getByRole('option', { name: /shop.storage.*macvlan/ }).click();
    expect(await recent.count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('searches and filters', async () => {
    await using at = await opened();
    await at.page.getByRole('searchbox').fill('10.30.0.2');
    expect(await names(at.page)).toEqual(['shop/db-0 ▲ error', 'shop/db-2 ▲ error']);
    await at.page.getByRole('searchbox').fill('web n2');
    expect(await names(at.page)).toEqual(['shop/web-5d4f-b2']);
    await at.page.getByRole('searchbox').fill('');
    await at.page.getByLabel('Namespace').selectOption('infra');
    expect(await names(at.page)).toEqual(['infra/archive-0']);
    await at.page.getByLabel('Namespace').selectOption('');
    await at.page.getByLabel('Network', { exact: true }).selectOption('shop/cameras');
    expect(await names(at.page)).toEqual(['shop/recorder-6c9f-x2', 'shop/viewer ▲ error']);
    await at.page.getByLabel('only what is wrong').check();
    expect(await names(at.page)).toEqual(['shop/viewer ▲ error']);
  });

  it('works with the keyboard alone', async () => {
    await using at = await opened();
    const focused = (): Promise<string> => at.page.evaluate<string>('document.activeElement?.id ?? ""');
    await at.page.keyboard.press('/');
    expect(await focused()).toBe('search');
    await at.page.keyboard.type('db');
    await at.page.keyboard.press('Escape');
    expect([await focused(), await at.page.getByRole('searchbox').inputValue()]).toEqual(['list', '']);
    await at.page.keyboard.press('ArrowDown');
    await at.page.keyboard.press('ArrowDown');
    const chosen = at.page.locator('#list [aria-selected=true]');
    expect(await chosen.getAttribute('aria-posinset')).toBe('3');
    expect(await at.page.getByRole('listbox').getAttribute('aria-activedescendant')).toBe(
      await chosen.getAttribute('id'),
    );
    await at.page.keyboard.press('End');
    expect(await chosen.getAttribute('aria-posinset')).toBe('10');
    await at.page.keyboard.press('Enter');
    expect(await focused()).toBe('detail');
    for (const expected of ['search', 'namespace', 'network', 'node', 'wrong', 'tab-pods', 'list']) {
      if (expected === 'search') await at.page.keyboard.press('/');
      else await at.page.keyboard.press('Tab');
      expect(await focused()).toBe(expected);
    }
    expect(await at.page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await at.page.keyboard.press('Shift+Tab');
    await at.page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('tab-networks');
    expect(await at.page.locator('#list [role=option]').count()).toBe(5);
  });

  it('shows live changes, and reports when it no longer can', async () => {
    await using at = await opened();
    await at.page.getByRole('option', { name: 'shop/db-1' }).click();
    at.ui.server.put('pods', podObject(aPodSummary('aaa-new', { namespace: 'infra', has: [eth0('10.244.9.9')] })));
    await at.page.getByRole('option', { name: 'infra/aaa-new' }).waitFor();
    expect(await at.page.locator('#list [aria-selected=true]').locator('div').first().textContent()).toBe('shop/db-1');
    at.ui.server.remove('pods', 'shop', 'db-0');
    await at.page.getByRole('option', { name: 'shop/db-0' }).waitFor({ state: 'detached' });
    await at.ui.server.goAway();
    await at.page.getByRole('status').filter({ hasText: 'not up to date' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows networks, problems and picture, and links them to each other', async () => {
    await using at = await opened();
    await at.page.getByRole('tab', { name: 'Problems (4)' }).click();
    await at.page.getByRole('option', { name: /10\.30\.0\.2/ }).click();
    await at.page.getByRole('button', { name: 'shop/db-2' }).click();
    expect(await at.page.getByRole('heading', { level: 2 }).textContent()).toBe('shop/db-2');
    await at.page.getByRole('button', { name: 'shop/storage' }).click();
    await at.page.getByRole('button', { name: 'Show its 4 pods' }).click();
    expect(await names(at.page)).toHaveLength(4);
    await at.page.getByRole('tab', { name: 'Picture' }).click();
    const picture = at.page.getByRole('img', { name: /10 pods in 5 networks, 4 problems/ });
    await picture.waitFor();
    expect(await at.page.evaluate<number>('drawing.decode().then(() => drawing.naturalWidth)')).toBeGreaterThan(600);
    expect(complaints).toEqual([]);
  });

  it('shows 1,000 pods with a few dozen elements, and scrolls to any of them', async () => {
    const started = performance.now();
    await using at = await opened(manyPods(1000));
    await at.page.getByRole('tab', { name: 'Pods (1000)' }).waitFor();
    console.log(`1,000 pods: shown after ${Math.round(performance.now() - started)} ms, server started included`);
    expect(await at.page.locator('#list [role=option]').count()).toBeLessThan(60);
    await at.page.getByRole('listbox').focus();
    await at.page.keyboard.press('End');
    const last = at.page.locator('#list [aria-selected=true]');
    expect([await last.getAttribute('aria-posinset'), await last.getAttribute('aria-setsize')]).toEqual([
      '1000',
      '1000',
    ]);
    const ms = await at.page.evaluate<number>(`(() => {
      const from = performance.now();
      for (const text of ['a', 'app', 'app-3', '10.30', '']) {
        search.value = text;
        search.dispatchEvent(new Event('input', { bubbles: true }));
        void list.offsetHeight; // Forces the layout too.
      }
      return (performance.now() - from) / 5;
    })()`);
    console.log(`1,000 pods: one search and its rendering ${ms.toFixed(1)} ms`);
    expect(complaints).toEqual([]);
  });

  it('treats names and annotations as plain text', async () => {
    const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'';
    await using at = await opened([
      aPodSummary('evil', { owner: evil, node: evil, asks: evil, has: [entry(evil, evil, [evil], evil)] }),
      aPodSummary('odd', { has: `[{"name":"${'x'.repeat(500)}"}]` }),
      ...samplePods,
    ]);
    await at.page.getByRole('option', { name: 'shop/evil' }).click();
    expect(await at.page.getByRole('region', { name: 'Details' }).textContent()).toContain(evil);
    for (const tab of ['Networks', 'Problems', 'Picture']) await at.page.getByRole('tab', { name: tab }).click();
    await at.page.evaluate('drawing.decode()');
    expect(await at.page.locator('img:not(#drawing), body script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('has names and roles for assistive technology', async () => {
    await using at = await opened();
    await at.page.getByRole('option', { name: 'shop/db-2' }).click();
    const nameless = await at.page.evaluate<readonly string[]>(`
      [...document.querySelectorAll('input,select,button,#list,section,img')]
        .filter((each) => each.checkVisibility() && !each.getAttribute('aria-label') && !each.labels?.length && !(each.localName === 'button' && each.textContent.trim()))
        .map((each) => each.outerHTML)`);
    expect(nameless).toEqual([]);
    const ids = await at.page.evaluate<readonly string[]>(`[...document.querySelectorAll('[id]')].map(({ id }) => id)`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await at.page.getByRole('tab', { selected: true }).count()).toBe(1);
    expect(await at.page.getByRole('main').or(at.page.getByRole('tabpanel')).count()).toBe(1);
    for (const role of ['search', 'status', 'tablist', 'table'] as const)
      expect(await at.page.getByRole(role).count(), role).toBe(1);
  });
});
