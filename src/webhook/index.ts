// The admission webhook: adds to pods what their networks need, and rejects mistakes when an object is written. Its
// decisions are functions of the request and of known objects (change-pod.ts, judge.ts); sources.ts keeps these objects
// up to date, and server.ts answers the API server. Knows no command line.
export { withDefaultNetworks } from './default-networks.ts';
export type { CertificateSource } from './keep-certificate.ts';
export type { Policy } from './options.ts';
export { startWebhook, type WebhookOptions } from './webhook.ts';
