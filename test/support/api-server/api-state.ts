import { builtInTypes } from './built-in-types.ts';
import { customTypes } from './custom-types.ts';
import type { ResourceType } from './resource-type.ts';
import type { Store } from './store.ts';
import type { Faults } from './faults.ts';
import type { Watches } from './watches.ts';
import type { RequestInfo } from './request-info.ts';

/** What the requests of one server share. */
export interface ApiState {
  readonly store: Store;
  readonly faults: Faults;
  readonly watches: Watches;
  readonly bookmarkMs: number;
  token: string;
  /** How a watch from a forgotten version is told so: an ERROR event (a real server) or HTTP status 410. */
  staleWatch: 'event' | 'status';
  authorize(request: RequestInfo): boolean;
  authorizeAs(user: string, request: RequestInfo): boolean;
}

/** Everything that is served now: built in, and by the CustomResourceDefinitions in the store. */
export const servedTypes = (store: Store): ResourceType[] => [
  ...builtInTypes,
  ...store.list('customresourcedefinitions').flatMap((crd) => customTypes(crd)),
];
