import { stat } from 'node:fs/promises';
import type { Invocation } from '../cni/index.ts';
import { netnsIsHost } from '../errors/index.ts';

const override = (value: string | undefined): boolean => ['1', 'true'].includes((value ?? '').toLowerCase());

/**
 * The call as it may be carried out: ADD and CHECK on the namespace that Plexus itself runs in are refused (code 8,
 * CNI-20), a DEL there goes on without a namespace, so that nothing of the host is touched and addresses are still
 * given back. CNI_NETNS_OVERRIDE=1 allows it.
 */
export async function guardNetns(invocation: Invocation): Promise<Invocation> {
  if (!('netns' in invocation) || invocation.netns === undefined || override(invocation.env['CNI_NETNS_OVERRIDE'])) return invocation;
  if (!(await isOwnNetns(invocation.netns))) return invocation;
  if (invocation.command !== 'DEL') throw netnsIsHost({ netns: invocation.netns });
  const { netns: _host, ...rest } = invocation;
  return rest;
}

async function isOwnNetns(path: string): Promise<boolean> {
  const own = await stat('/proc/self/ns/net');
  const other = await stat(path).catch(() => undefined); // absent: that is for the command itself to judge
  return other !== undefined && other.ino === own.ino && other.dev === own.dev;
}
