import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureOf, topologyOf, topologySvg } from '../../src/view/index.ts';
import { startBrowser } from '../support/browser.ts';
import { startUi } from '../support/running-ui.ts';
import { sampleNads, samplePods } from '../support/sample-cluster.ts';

// Takes the pictures of docs/commands.md and docs/ui.md from the sample cluster of the tests: node
// test/ui/screenshots.ts
const folder = join(import.meta.dirname, '../../docs/img');
const picture = pictureOf(topologyOf({ pods: samplePods, nads: sampleNads, nadNamespaces: 'all' }), { group: 'auto' });
await writeFile(join(folder, 'graph.svg'), `${topologySvg(picture)}\n`);

const ui = await startUi();
const browser = await startBrowser();
for (const colorScheme of ['light', 'dark'] as const) {
  const page = await browser.newPage({ viewport: { width: 1100, height: 640 }, colorScheme });
  await page.goto(ui.url);
  await page.getByText('live', { exact: true }).waitFor();
  await page.evaluate('cluster.textContent = "https://cluster.example:6443/, all namespaces"');
  await page.getByRole('option', { name: 'shop/db-2' }).click();
  await page.screenshot({ path: join(folder, `ui-pods-${colorScheme}.png`) });
  await page.getByRole('tab', { name: 'Picture' }).click();
  await page.evaluate('drawing.decode()');
  await page.screenshot({ path: join(folder, `ui-picture-${colorScheme}.png`) });
}
await browser.close();
await ui.stop();
