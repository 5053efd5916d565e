import { type Invocation, formatJson, versionJson } from '../../cni/index.ts';
import { add } from './add.ts';
import { check } from './check.ts';
import { del } from './del.ts';
import type { AttachDeps } from '../deps.ts';
import { gc } from './gc.ts';
import { status } from './status.ts';

/**
 * Runs the command of one plugin call. Returns its stdout: a result for ADD and VERSION, otherwise an empty string
 * (CNI-06). Rejects with a PlexusError. CNI specification, section 2.
 */
export async function handle(invocation: Invocation, deps: AttachDeps, signal: AbortSignal): Promise<string> {
  switch (invocation.command) {
    case 'ADD':
      return formatJson(await add(invocation, deps, signal));
    case 'DEL':
      return done(del(invocation, deps, signal));
    case 'CHECK':
      return done(check(invocation, deps, signal));
    case 'STATUS':
      return done(status(invocation, deps, signal));
    case 'GC':
      return done(gc(invocation, deps, signal));
    case 'VERSION':
      return formatJson(versionJson(invocation));
  }
}

const done = async (work: Promise<void>): Promise<string> => {
  await work;
  return '';
};
