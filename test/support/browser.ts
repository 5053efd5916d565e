import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of the system; undefined where there is none. */
export const chromiumPath = places.find((file) => existsSync(file));

/** Starts it without a window. It runs as root in tests, where it has no sandbox of its own. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath ?? 'chromium', args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'], timeout: 120_000 });
