import { existsSync } from 'node:fs';
import { type Browser, type Page, chromium } from 'playwright-core';
import { patienceMs } from './patience.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The system's browser; undefined if there is none. */
export const chromiumPath = places.find((file) => existsSync(file));

/** Starts it headless. It runs as root in tests, where its own sandbox does not work. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath ?? 'chromium',
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
    timeout: patienceMs,
  });

/** Opens the page of `plexus ui` and waits until it shows the cluster. Adds errors in the page to `complaints`. */
export async function openUi(browser: Browser, url: string, complaints: string[], width = 1200): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  await page.getByText('live', { exact: true }).waitFor();
  return page;
}
