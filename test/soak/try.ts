import { writeFileSync } from 'node:fs';
import { soak } from './soak.ts';
const [cycles = '60', seed = '1'] = process.argv.slice(2);
const r = await soak({ cycles: Number(cycles), atOnce: 10, seed: Number(seed), onSample: (s) => console.log(JSON.stringify(s)) });
console.log(
  r.seconds,
  r.calls.entries(),
  r.faults.entries(),
  r.judgements.filter((j) => !j.isFlat),
  r.problems,
);
writeFileSync('/tmp/soak-log', r.log.join('\n'));
