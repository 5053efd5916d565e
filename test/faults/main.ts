import { parseArgs } from 'node:util';
import { allScenarios, nameOf, someScenarios } from './scenarios.ts';
import { runSuite, summaryOf } from './suite.ts';

// npm run test:faults [-- --worlds 3 --only TEXT --some]
const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '3' },
    only: { type: 'string' },
    some: { type: 'boolean', default: false },
  },
});
const all = allScenarios();
const chosen = (values.some ? someScenarios(all) : all).filter((scenario) =>
  nameOf(scenario).includes(values.only ?? ''),
);
const started = Date.now();
const finished = await runSuite({
  scenarios: chosen,
  worlds: Number(values.worlds),
  onOutcome: ({ name, problems }, count) => {
    if (problems.length > 0) console.log(`FAILED ${name}\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    if (count % 50 === 0) console.log(`${count} of ${chosen.length}, ${Math.round((Date.now() - started) / 1000)} s`);
  },
});
const failed = finished.filter(({ outcome }) => outcome.problems.length > 0).length;
const retries = finished.reduce((sum, { outcome }) => sum + outcome.retries, 0);
console.log(`\n${summaryOf(finished)}\n`);
console.log(
  `${finished.length} scenarios, ${failed} failed, ${retries} further calls of the runtime, ${Math.round((Date.now() - started) / 1000)} s`,
);
process.exitCode = failed === 0 ? 0 : 1;
