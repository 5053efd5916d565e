// A read-only page in the browser that shows a cluster. Knows HTTP and the page; src/view determines the content.
export { serveUi, type UiOptions } from './server.ts';
export type { PodOperations } from './recent.ts';
