import { type AddInvocation, type CheckInvocation, type DelInvocation, podOfArgs } from '../../cni/index.ts';
import type { Attachment } from '../../plan/index.ts';
import type { DelegateCall, RuntimeDeps } from '../../runtime/index.ts';
import type { AttachDeps } from '../deps.ts';

/** What all delegates of one operation share. */
export interface Operation {
  readonly containerId: string;
  readonly netns: string | undefined;
  readonly env: AddInvocation['env'];
  /** Plugin folders: settings.binDir first, then CNI_PATH (CNI-47). */
  readonly path: readonly string[];
  /** namespace/name, if known. */
  readonly pod?: string;
}

type SandboxInvocation = AddInvocation | CheckInvocation | DelInvocation;

/** Returns the operation of a call. */
export function operationOf(invocation: SandboxInvocation, deps: AttachDeps): Operation {
  const { namespace, name } = podOfArgs(invocation.args);
  return {
    containerId: invocation.containerId,
    netns: invocation.netns,
    env: invocation.env,
    path: pluginPath(deps, invocation.path),
    ...(namespace !== undefined && name !== undefined && { pod: `${namespace}/${name}` }),
  };
}

/** Returns settings.binDir followed by CNI_PATH, each folder once. */
export const pluginPath = (deps: AttachDeps, fromCall: readonly string[]): readonly string[] => [
  ...new Set([...deps.settings.binDir, ...fromCall]),
];

/** Returns the delegate call of one attachment: the same for ADD, CHECK and DEL (CNI-29, NPWG-65). */
export const delegateCall = (attachment: Attachment, operation: Operation): DelegateCall => ({
  ...operation,
  configuration: attachment.configuration,
  runtimeConfig: attachment.runtimeConfig,
  ifName: attachment.interfaceName,
  cniArgs: attachment.cniArgs,
  network: attachment.network,
});

/** The dependencies of running and undoing delegates. */
export type DelegateDeps = Pick<AttachDeps, 'host' | 'deviceInfo' | 'report' | 'now' | 'trace'> & {
  readonly settings: Pick<AttachDeps['settings'], 'deadlines'>;
  /**
   * Returns the seconds until the deadline of the whole operation. Absent if there is no deadline, or one that leaves
   * time for all.
   */
  readonly secondsLeft?: () => number;
};

export const runtimeDeps = (deps: DelegateDeps): RuntimeDeps => ({
  host: deps.host,
  report: deps.report,
  now: deps.now,
  ...(deps.trace !== undefined && { trace: deps.trace }),
  pluginSeconds: deps.settings.deadlines.pluginSeconds,
});

/** Limits a plugin run to half of the remaining time, so that a plugin that hangs leaves time for those after it. */
export function sharingTime<T extends DelegateDeps>(deps: T): T {
  const { settings, secondsLeft } = deps;
  if (secondsLeft === undefined) return deps;
  const half = Math.max(1, Math.round(secondsLeft() * 5)) / 10; // rounded to tenths, because it appears in messages
  const pluginSeconds = Math.min(settings.deadlines.pluginSeconds, half);
  return { ...deps, settings: { ...settings, deadlines: { ...settings.deadlines, pluginSeconds } } };
}

/** Returns "net1 (shop/storage)", for messages. */
export const attachmentName = (attachment: Attachment): string => `${attachment.interfaceName} (${attachment.network})`;
