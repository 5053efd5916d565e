// Compares, in one run and in turn, the same plugins with and without Plexus. Prints medians and ratios; asserts nothing.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { table } from '../../src/view/index.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { openDoor } from '../support/netns-door.ts';
import { waitFor } from '../support/wait-for.ts';
import { daemonMemory } from './daemon-memory.ts';
import { compareMany } from './many.ts';
import { repetitions } from './measure.ts';
import { compareOverhead, furtherNetworks, network } from './overhead.ts';
import { shimFigures } from './shim-figures.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n\n`);

/** What one ADD asks of the API server. */
async function requestsOfAdd(at: ClusterNode): Promise<string> {
  const rows: string[][] = [];
  for (const count of furtherNetworks) {
    const pod = await at.pod(`asks-${count}`, Array.from({ length: count }, (_, index) => `net${index + 1}`).join(','));
    at.api.requests.length = 0;
    await at.call('ADD', pod);
    const isEvent = ({ resource }: { resource: string }): boolean => resource === 'events';
    await waitFor('the events', async () => at.api.requests.filter(isEvent).length === count + 1);
    const others = at.api.requests.filter((request) => !isEvent(request)).map(({ verb, resource, subresource }) => `${verb} ${resource}/${subresource}`);
    await at.call('DEL', pod);
    rows.push([String(count), others.join(', '), String(count + 1)]);
  }
  return table(['FURTHER', 'BEFORE THE ADD IS ANSWERED', 'EVENTS, IN THE BACKGROUND'], rows);
}

const at = await createClusterNode();
const closeDoor = await openDoor(at.node.netns, Number(new URL(at.api.url).port)); // for direct mode
try {
  await writeFile(join(at.confDir, '10-cluster.conf'), JSON.stringify(network(at, 0)));
  for (let index = 1; index <= Math.max(...furtherNetworks); index++) at.nad(`net${index}`, network(at, index));
  await at.start();
  say(`Medians of ${repetitions}; compare within a row only.`);
  say(await shimFigures());
  say(await compareOverhead(at));
  say(await compareMany(at));
  say(await requestsOfAdd(at));
} finally {
  await closeDoor();
  await at.remove();
}
say(await daemonMemory());
