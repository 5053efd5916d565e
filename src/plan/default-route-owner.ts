import type { Attachment, DefaultRoute, DefaultRoutes } from './attachment.ts';

const families = ['v4', 'v6'] as const;

/** Whether an attachment has the default route of a family because the pod requested it there. */
const owns = ({ defaultRoute }: Attachment, family: (typeof families)[number]): boolean =>
  defaultRoute[family].kind === 'own' || defaultRoute[family].kind === 'gateways';

/**
 * Returns the default routes of an attachment that did not request the default route, beside those others: removed
 * where one of them has it, otherwise those of its plugins (NPWG-53).
 */
export function routesBeside(others: readonly Attachment[]): DefaultRoutes {
  const decide = (family: (typeof families)[number]): DefaultRoute =>
    others.some((each) => owns(each, family)) ? { kind: 'removed' } : { kind: 'unmanaged' };
  return { v4: decide('v4'), v6: decide('v6') };
}

/**
 * Returns the default routes that an attachment must have beside others. Those of an attachment that requested the
 * default route do not change.
 */
export const routesOf = (attachment: Attachment, others: readonly Attachment[]): DefaultRoutes => {
  const beside = routesBeside(others);
  return {
    v4: owns(attachment, 'v4') ? attachment.defaultRoute.v4 : beside.v4,
    v6: owns(attachment, 'v6') ? attachment.defaultRoute.v6 : beside.v6,
  };
};
