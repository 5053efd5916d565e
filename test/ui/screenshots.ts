import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureOf, topologyOf, topologySvg } from '../../src/view/index.ts';
import { startBrowser } from '../support/browser.ts';
import { startUi } from '../support/running-ui.ts';
import { manyPods, sampleNads, samplePods } from '../support/sample-cluster.ts';

// Takes the pictures of docs/commands.md and docs/ui.md from the sample cluster of the tests: node
// test/ui/screenshots.ts. With a folder as argument, it takes every page there instead, at three widths, for review.
const docs = join(import.meta.dirname, '../../docs/img');
const [review] = process.argv.slice(2);

const all = {
  overview: '#/overview',
  pods: '#/pods?at=shop/db-2',
  'pods-table': '#/pods',
  networks: '#/networks?at=shop/storage',
  problems: '#/problems',
  topology: '#/topology',
};
const inDocs = { overview: all.overview, pods: all.pods, topology: all.topology };

const picture = pictureOf(topologyOf({ pods: samplePods, nads: sampleNads, nadNamespaces: 'all' }), { group: 'auto' });
if (review === undefined) await writeFile(join(docs, 'graph.svg'), `${topologySvg(picture)}\n`);
else await mkdir(review, { recursive: true });

const sizes =
  review === undefined
    ? [[1200, 700]]
    : [
        [1440, 900],
        [1024, 768],
        [390, 844],
      ];
const ui = await startUi();
const large = await startUi(manyPods(5000));
const browser = await startBrowser();
for (const [width = 0, height = 0] of sizes)
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    const take = async (name: string, url: string): Promise<void> => {
      await page.goto(url);
      await page.getByText('live', { exact: true }).waitFor();
      await page.evaluate('document.fonts.ready');
      await page.evaluate(
        'document.querySelector("#cluster").textContent = "https://cluster.example:6443/, all namespaces"',
      );
      const suffix = review === undefined ? '' : `-${width}`;
      await page.screenshot({ path: join(review ?? docs, `ui-${name}${suffix}-${colorScheme}.png`) });
    };
    for (const [name, fragment] of Object.entries(review === undefined ? inDocs : all))
      await take(name, `${ui.url}${fragment}`);
    if (review !== undefined) await take('topology-5000', `${large.url}#/topology`);
    await page.close();
  }
await browser.close();
await ui.stop();
await large.stop();
