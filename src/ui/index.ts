// A page in the browser that shows a cluster and changes nothing. Knows HTTP and the page; what there is to show is the
// view's.
export { serveUi, type UiOptions } from './server.ts';
export type { Recent } from './recent.ts';
