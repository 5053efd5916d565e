import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { notReady } from '../../errors/index.ts';
import type { AttachDeps } from '../deps.ts';

const pollMs = 100;

/** Returns whether the default network is ready: its indicator file exists, or none is configured. */
export async function isDefaultNetworkReady(deps: AttachDeps): Promise<boolean> {
  const file = deps.settings.readinessIndicatorFile;
  if (file === undefined || (await exists(file))) return true;
  // a path inside Multus's container, which mounts the node at /host
  return file.startsWith('/host/') && exists(file.slice('/host'.length));
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false, // absent or unreachable: not ready either way
  );

/**
 * Waits up to settings.deadlines.readinessSeconds for the indicator file, then rejects with notReady, code 11 (NPWG-94,
 * K8S-55).
 */
export async function waitForReadiness(deps: AttachDeps, signal: AbortSignal): Promise<void> {
  const seconds = deps.settings.deadlines.readinessSeconds;
  const end = deps.now() + seconds * 1000;
  while (!(await isDefaultNetworkReady(deps))) {
    if (deps.now() >= end) throw notReady({ file: deps.settings.readinessIndicatorFile ?? '', seconds });
    signal.throwIfAborted();
    await delay(pollMs);
  }
}
