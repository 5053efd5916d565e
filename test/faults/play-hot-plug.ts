import { join } from 'node:path';
import { networksDigest } from '../../src/cluster/index.ts';
import { fileJournal } from '../../src/journal/index.ts';
import { networksKey } from '../support/cluster-node.ts';
import { waitFor } from '../support/wait-for.ts';
import type { TestPod } from '../support/test-node.ts';
import type { Scenario } from './scenarios.ts';
import type { World } from './world.ts';

/** One scenario while it is played. */
export interface Stage {
  readonly scenario: Scenario;
  readonly world: World;
  readonly pod: TestPod;
  readonly problems: string[];
}

/**
 * Changes the annotation of a pod that is attached, with a fault on the way, and waits until its networks follow. The
 * journal shows that by the digest of the annotation, which is written last.
 */
export async function followed(
  { scenario, world, pod, problems }: Stage,
  { networks, command }: { readonly networks: string; readonly command: 'ADD' | 'DEL' },
): Promise<void> {
  const { api } = world.at;
  await world.arm(scenario.fault, pod.containerId, command);
  const object = api.get('pods', pod.namespace, pod.name);
  if (object === undefined) throw new Error('the pod is not in the API');
  const annotations = { ...object.metadata.annotations, [networksKey]: networks };
  const spec = { ...(object['spec'] as object), nodeName: 'node-1' }; // the watch of the daemon sees only pods of its node
  api.put('pods', { ...object, spec, metadata: { ...object.metadata, annotations } });
  await waitFor('the fault', async () => world.hasStruck(scenario.fault)).catch(() =>
    problems.push('the fault did not come about'),
  );
  await world.heal();
  if (scenario.fault.action === 'kill-shim') await world.restartAgent();
  const journal = fileJournal(join(world.at.node.dir, 'state/journal'));
  const digest = networksDigest(annotations);
  await waitFor('its networks follow the annotation', async () => {
    const record = await journal.read({ containerId: pod.containerId, ifName: 'eth0' }).catch(() => undefined);
    return record?.networksDigest === digest;
  });
}
