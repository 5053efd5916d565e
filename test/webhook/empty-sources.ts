import { noSwitches } from '../../src/webhook/control-switches.ts';
import type { Sources } from '../../src/webhook/sources.ts';

/** What the webhook knows of a cluster without networks, in which every user may use all of them. */
export const emptySources: Sources = {
  nad: async () => undefined,
  nadKeys: () => [],
  defaultNetworks: async () => undefined,
  switches: () => noSwitches,
  classResources: () => new Set(),
  isNamespaceDeleted: async () => false,
  podsUsing: async () => [],
  namespaceLabels: async () => ({}),
  mayUse: async () => ({ allowed: true, reason: '' }),
  notReady: () => undefined,
  networks: () => 0,
  run: async () => {},
};
