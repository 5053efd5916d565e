import type { EventSubject, PodEvent } from '../cluster/index.ts';
import type { Step } from '../report/index.ts';

/** The event on the Node that a step is worth, for those who run the node; undefined for most. K8S-62. */
export function nodeEvent(step: Step, node: string | undefined): readonly [EventSubject, PodEvent] | undefined {
  if (node === undefined || step.kind !== 'configuration-displaced') return undefined;
  const { file, by, fixed } = step;
  const message = fixed
    ? `The CNI configuration of Plexus, ${file}, was displaced (${by}); the daemon restored it.`
    : `The container runtime does not use Plexus: ${file} is displaced (${by}). Pods created now get only the default network. ` +
      'Stop the program that does this, or remove the file.';
  return [{ node }, { type: 'Warning', reason: fixed ? 'ConfigurationRestored' : 'ConfigurationDisplaced', message }];
}
