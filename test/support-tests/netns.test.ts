import { describe, expect, it } from 'vitest';
import { createNetns, linkNames, netnsNames } from '../support/netns.ts';

describe("a test's network namespace", () => {
  it('is a new namespace, in which commands run', async ({ onTestFinished }) => {
    const netns = await createNetns();
    onTestFinished(netns.remove);
    expect(await netns.ipJson(['link'])).toMatchObject([{ ifname: 'lo' }]);
    await netns.exec(['ip', 'link', 'add', 'plx-here', 'type', 'bridge']);
    expect(await netns.ipJson(['link', 'show', 'plx-here'])).toMatchObject([{ ifname: 'plx-here' }]);
    expect(await linkNames('plx-here')).toEqual([]);
    expect(await linkNames('lo')).toEqual(['lo']);
    await expect(netns.exec(['ip', 'link', 'show', 'missing'])).rejects.toThrow('does not exist');
  });

  it('can be removed more than once, also while another one with the same prefix exists', async ({
    onTestFinished,
  }) => {
    const all = await Promise.all(Array.from({ length: 11 }, createNetns));
    for (const each of all) onTestFinished(each.remove);
    const one = all.find(({ name }) => all.some((other) => other.name !== name && other.name.startsWith(name)));
    const before = await netnsNames(one?.name ?? '');
    await one?.remove();
    await one?.remove();
    expect(before.length).toBeGreaterThan(1);
    expect(await netnsNames(one?.name ?? '')).toEqual(before.filter((name) => name !== one?.name));
  });
});
