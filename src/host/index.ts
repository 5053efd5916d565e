// What carries a plan out on the node. Knows no pod, no Kubernetes, no journal.
export { type DefaultRouteEntry, type Family, type Host, type Link, type PluginExit, type PluginRun, type RouteTarget } from './host.ts';
export { localHost } from './local-host.ts';
