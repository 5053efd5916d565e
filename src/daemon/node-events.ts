import type { EventSubject, PodEvent } from '../cluster/index.ts';
import type { Step } from '../report/index.ts';

/** Returns the Event to record on the Node for a step, for cluster operators (K8S-62); undefined for most steps. */
export function nodeEvent(step: Step, node: string | undefined): readonly [EventSubject, PodEvent] | undefined {
  if (node === undefined || step.kind !== 'configuration-displaced') return undefined;
  const { file, by, fixed } = step;
  const message = fixed
    ? `The CNI configuration of Plexus, ${file}, was displaced (${by}); the daemon restored it.`
    : `The container runtime does not use Plexus: ${file} is displaced (${by}). Pods created now get only the default network. ` +
      'Stop the program that does this, or remove the file.';
  return [{ node }, { type: 'Warning', reason: fixed ? 'ConfigurationRestored' : 'ConfigurationDisplaced', message }];
}
