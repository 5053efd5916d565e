import { type Check, clusterChecks, nodeChecks } from '../doctor/index.ts';
import { withPart } from './page-part.ts';

/** docs/doctor.md with its lists of checks regenerated. Throws when the marks are missing. */
export const doctorPage = (page: string): string =>
  withPart(
    page,
    'checks',
    `On a node:

${listOf(nodeChecks)}

In the cluster:

${listOf(clusterChecks)}`,
  );

const listOf = <S>(checks: readonly Check<S>[]): string =>
  [
    '| check | what it finds | fix, unless the finding shows another one |',
    '| --- | --- | --- |',
    ...checks.map(({ id, finds, fix }) => `| \`${id}\` | ${finds} | ${fix} |`),
  ].join('\n');
