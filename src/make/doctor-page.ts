import { type Check, clusterChecks, nodeChecks } from '../doctor/index.ts';

const [begin, end] = ['<!-- checks: made by `npm run make` -->', '<!-- end of checks -->'];

/** Regenerates the lists of checks in docs/doctor.md. Throws if the marks are missing. */
export function doctorPage(page: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/doctor.md lacks ${begin} or ${end}`);
  return `${page.slice(0, from)}${begin}

On a node:

${listOf(nodeChecks)}

In the cluster:

${listOf(clusterChecks)}

${page.slice(to)}`;
}

const listOf = <S>(checks: readonly Check<S>[]): string =>
  [
    '| check | what it finds | what to do, unless the finding says more |',
    '| --- | --- | --- |',
    ...checks.map(({ id, finds, fix }) => `| \`${id}\` | ${finds} | ${fix} |`),
  ].join('\n');
