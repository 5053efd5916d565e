import { type AddInvocation, type CheckInvocation, type DelInvocation, podOfArgs } from '../../cni/index.ts';
import type { Attachment } from '../../plan/index.ts';
import type { DelegateCall, RuntimeDeps } from '../../runtime/index.ts';
import type { AttachDeps } from '../deps.ts';

/** What all delegates of one operation have in common. */
export interface Operation {
  readonly containerId: string;
  readonly netns: string | undefined;
  readonly env: AddInvocation['env'];
  /** Plugin folders: settings.binDir first, then CNI_PATH (CNI-47). */
  readonly path: readonly string[];
  /** namespace/name, when known. */
  readonly pod?: string;
}

type SandboxInvocation = AddInvocation | CheckInvocation | DelInvocation;

/** The operation of a call. */
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

/** settings.binDir, then CNI_PATH, each folder once. */
export const pluginPath = (deps: AttachDeps, fromCall: readonly string[]): readonly string[] => [
  ...new Set([...deps.settings.binDir, ...fromCall]),
];

/** The call of one attachment's network configuration: the same for ADD, CHECK and DEL (CNI-29, NPWG-65). */
export const delegateCall = (attachment: Attachment, operation: Operation): DelegateCall => ({
  ...operation,
  configuration: attachment.configuration,
  runtimeConfig: attachment.runtimeConfig,
  ifName: attachment.interfaceName,
  cniArgs: attachment.cniArgs,
  network: attachment.network,
});

/** What running and undoing delegates needs. */
export type DelegateDeps = Pick<AttachDeps, 'host' | 'deviceInfo' | 'report' | 'now' | 'trace'> & {
  readonly settings: Pick<AttachDeps['settings'], 'deadlines'>;
  /** Until the deadline of the whole operation. Absent when it has none, or one that leaves time for all. */
  readonly secondsLeft?: () => number;
};

export const runtimeDeps = (deps: DelegateDeps): RuntimeDeps => ({
  host: deps.host,
  report: deps.report,
  now: deps.now,
  ...(deps.trace !== undefined && { trace: deps.trace }),
  pluginSeconds: deps.settings.deadlines.pluginSeconds,
});

/**
 * The same when others come after this one: one that hangs takes at most half of what is left, so that they have their
 * turn.
 */
export function sharingTime<T extends DelegateDeps>(deps: T): T {
  const { settings, secondsLeft } = deps;
  if (secondsLeft === undefined) return deps;
  const half = Math.max(1, Math.round(secondsLeft() * 5)) / 10; // in tenths: people read it
  const pluginSeconds = Math.min(settings.deadlines.pluginSeconds, half);
  return { ...deps, settings: { ...settings, deadlines: { ...settings.deadlines, pluginSeconds } } };
}

/** "net1 (shop/storage)", for messages. */
export const attachmentName = (attachment: Attachment): string => `${attachment.interfaceName} (${attachment.network})`;
