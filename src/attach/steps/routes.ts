import type { Attachment, KernelRoutes } from '../../plan/index.ts';
import type { AttachDeps } from '../deps.ts';

/**
 * Sets the kernel's default routes of one attachment as the plan decided. An address family that the plan leaves
 * undefined is not changed (NPWG-54).
 */
export async function setRoutes(
  planned: { readonly attachment: Attachment; readonly kernel: KernelRoutes; readonly netns: string },
  deps: Pick<AttachDeps, 'host'>,
  signal: AbortSignal,
): Promise<void> {
  const { kernel, netns } = planned;
  const { interfaceName } = planned.attachment;
  if (kernel.v4 !== undefined) await deps.host.setDefaultRoutes({ netns, interfaceName, family: 4 }, kernel.v4, signal);
  if (kernel.v6 !== undefined) await deps.host.setDefaultRoutes({ netns, interfaceName, family: 6 }, kernel.v6, signal);
}
