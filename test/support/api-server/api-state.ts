import { builtInTypes } from './built-in-types.ts';
import { customTypes } from './custom-types.ts';
import type { ResourceType } from './resource-type.ts';
import type { Store } from './store.ts';
import type { Faults } from './faults.ts';
import type { Watches } from './watches.ts';
import type { LogRequest } from './pod-log.ts';
import type { RequestInfo, User } from './request-info.ts';

/** The shared state of all requests of one server. */
export interface ApiState {
  readonly store: Store;
  readonly faults: Faults;
  readonly watches: Watches;
  readonly bookmarkMs: number;
  token: string;
  /** How a watch from an expired version is answered: an ERROR event (as on a real server) or HTTP status 410. */
  staleWatch: 'event' | 'status';
  readonly logs?: (request: LogRequest) => string;
  authorize(request: RequestInfo): boolean;
  authorizeSelf(user: User, request: RequestInfo): boolean;
  authorizeAs(user: User, request: RequestInfo): boolean;
}

/** All served types: built-in ones, and those of CustomResourceDefinitions in the store. */
export const servedTypes = (store: Store): ResourceType[] => [
  ...builtInTypes,
  ...store.list('customresourcedefinitions').flatMap((crd) => customTypes(crd)),
];
