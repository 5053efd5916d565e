import { type ApiConnection, type WatchTiming, reflect } from '../kube/index.ts';
import type { PlexusError } from '../errors/index.ts';
import { nadAnnotationKeys, nadGroup, nadPlural, nadVersion } from '../npwg/index.ts';
import type { WatchState } from './cluster.ts';
import { type NadCache, createNadCache, nadShape } from './nad-cache.ts';

/** A cache of NetworkAttachmentDefinitions, and the watch that keeps it up to date. */
export interface NadWatch {
  readonly nads: NadCache;
  readonly state: () => WatchState;
  /** Runs until the signal is aborted. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Creates the cache and the watch; nothing happens until `run`. `annotationKeys`: the annotations that are kept. */
export function watchNads(api: ApiConnection, timing: WatchTiming, annotationKeys = nadAnnotationKeys): NadWatch {
  const nads = createNadCache(undefined, annotationKeys);
  let state: { synced: boolean; complete: boolean; problem?: string } = { synced: false, complete: false };
  const onSynced = (): void => {
    if (!state.synced) api.report({ kind: 'watch-state', resource: nadPlural, state: 'synced' });
    state = { synced: true, complete: true };
  };
  const onLost = (error: PlexusError): void => {
    if (state.synced || state.problem === undefined)
      api.report({ kind: 'watch-state', resource: nadPlural, state: 'lost', error });
    state = { synced: false, complete: state.complete, problem: error.message };
  };
  const path = `/apis/${nadGroup}/${nadVersion}/${nadPlural}`;
  const shape = nadShape(annotationKeys);
  return {
    nads,
    state: () => ({ ...state, objects: nads.size(), leftOut: nads.leftOut() }),
    run: (signal) => reflect({ path, resource: nadPlural, api, sink: nads, shape, timing, onSynced, onLost }, signal),
  };
}
