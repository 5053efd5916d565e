// Carries out a plan on the node. Knows no pod, no Kubernetes, no journal.
export {
  type DefaultRouteEntry,
  type Family,
  type Host,
  type Link,
  type PluginExit,
  type PluginRun,
  type RouteTarget,
  type RunSequence,
  type UntakenRun,
} from './host.ts';
export { findPlugin } from './find-plugin.ts';
export { type Allowed, guardedHost } from './guarded-host.ts';
export { isNodeNamespace } from './held-namespace.ts';
export { type LinkChannel, type SentRequest } from './link-channel.ts';
export { localHost } from './local-host.ts';
export { pluginMark } from './orphans.ts';
export {
  type Call,
  type Hello,
  type LinkVersion,
  daemonFrame,
  decodeCall,
  decodeHello,
  decodeText,
  decodeWelcome,
  encodeHello,
  encodeRefused,
  encodeResultFrame,
  encodeWelcome,
  isKnown,
  linkVersion,
  shimFrame,
} from './link-messages.ts';
export { type HttpText, getText } from './http-text.ts';
export { observeSocketOf } from './observe-path.ts';
export { remoteHost } from './remote-host.ts';
export { type Frame, type FrameReader, bodyReader, bodyWriter, encodeFrame, frameReader } from './wire.ts';
