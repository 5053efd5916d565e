import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository } from '../support/plexus-command.ts';
import { createTroubleNode } from './trouble-node.ts';
import { scenes } from './trouble-scenes.ts';
import { patienceMs } from '../support/patience.ts';

const file = join(repository, 'docs/troubleshooting.md');
const page = await readFile(file, 'utf8');
const sections = page.split(/^### /m).slice(1);
const headingOf = (section: string): string => section.slice(0, section.indexOf('\n'));
const examplesIn = (section: string): readonly { command: string; output: string }[] =>
  [...section.matchAll(/^```\n\$ (.*)\n([^]*?)^```$/gm)].map(([, command = '', output = '']) => ({ command, output }));
const hasKubectl = ((): boolean => {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore', timeout: patienceMs });
    return true;
  } catch {
    return false;
  }
})();

/** The text without values that differ each time: times, bars, column widths. */
const normal = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/│[^│]*│/g, '││')
    .replaceAll(/\b(?:[\da-f]{2}:){5}[\da-f]{2}\b/g, 'MAC')
    .replaceAll(/\b\d+ ms\b/g, '0 ms')
    .replaceAll(/\b\d+[sm]\b/g, '0s')
    // The time spent on the status depends on whether the loss of the watch was already detected.
    .replace('The operation was aborted due to timeout', 'writing network-status did not finish within 5 s')
    .replaceAll(/ +/g, ' ');

/** With PLEXUS_UPDATE_DOCS=1, writes the current output of a command. */
async function write(
  heading: string,
  command: string,
  { output, real }: { readonly output: string; readonly real: string },
): Promise<void> {
  const text = await readFile(file, 'utf8');
  const from = text.indexOf(`### ${heading}\n`);
  const updated = text.slice(from).replace(`$ ${command}\n${output}\`\`\``, () => `$ ${command}\n${real}\`\`\``);
  await writeFile(file, text.slice(0, from) + updated);
}

describe('docs/troubleshooting.md', () => {
  it('has a section for each reproduced problem, and a table row for each section', () => {
    expect(sections.map(headingOf)).toEqual(Object.keys(scenes));
    const rows = [...page.matchAll(/^\| .*\[(.*)\]\(#(.*)\) \|$/gm)].map(([, text, anchor]) => ({ text, anchor }));
    expect(rows).toEqual(
      Object.keys(scenes).map((text) => ({ text, anchor: text.toLowerCase().replaceAll(' ', '-') })),
    );
  });

  it.each(sections.map((section) => [headingOf(section), section] as const))(
    'shows the real output of the commands in its section "%s"',
    async (heading, section) => {
      const node = await createTroubleNode();
      try {
        await scenes[heading]?.(node);
        const examples = examplesIn(section);
        expect(examples).not.toEqual([]);
        for (const { command, output } of examples.filter(
          ({ command }) => hasKubectl || !command.startsWith('kubectl describe'),
        )) {
          const real = await node.shell(command);
          if (process.env['PLEXUS_UPDATE_DOCS'] !== '1') expect(normal(output)).toBe(normal(real));
          else if (normal(output) !== normal(real)) await write(heading, command, { output, real });
        }
      } finally {
        await node.remove();
      }
    },
  );
});
