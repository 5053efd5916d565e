import type { JsonObject, Result } from '../../cni/index.ts';
import type { Attachment } from '../../plan/index.ts';

/**
 * Returns the default routes of an attachment's plugins that Plexus removed because another attachment has the default
 * route, as its entry records them. They are restored when that attachment is detached from the running pod.
 */
export function withdrawnFrom(
  { defaultRoute: { v4, v6 } }: Attachment,
  { before, after }: { readonly before: Result; readonly after: Result },
): { readonly withdrawnRoutes?: readonly JsonObject[] } {
  if (v4.kind !== 'removed' && v6.kind !== 'removed') return {};
  const withdrawn = before.routes.filter((route) => !after.routes.includes(route));
  return withdrawn.length === 0 ? {} : { withdrawnRoutes: withdrawn as unknown as readonly JsonObject[] };
}
