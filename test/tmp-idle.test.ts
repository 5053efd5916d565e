import { it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { createClusterNode } from './support/cluster-node.ts';
import { setTimeout as delay } from 'node:timers/promises';
it('x', async () => {
  const c = await createClusterNode();
  const d = await c.start();
  for (let i=0;i<20;i++) c.nad(`n${i}`, {cniVersion:'1.0.0',name:'x',type:'bridge'});
  await c.startAgent();
  await writeFile('/tmp/idle.pid', String(d.pid));
  await delay(Number(process.env.STAY ?? 40)*1000);
  await c.remove();
}, 600000);
