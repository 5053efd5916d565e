import { type ErrorKind, cniCode } from '../errors/index.ts';

/** An error that is reported where the catalogue is not available: without a usable Node.js, or out of memory. */
export interface OutsideError extends ErrorKind {
  readonly id: string;
  readonly sentence: string;
  readonly reportedBy: string;
}

export const nodeMissing: OutsideError = {
  id: 'PLX-NODE-MISSING',
  sentence: 'Node.js is missing',
  code: cniCode.io,
  retry: 'later',
  fix: 'Install Node.js 22.19 or newer, or set PLEXUS_NODE to its path.',
  reportedBy: 'the launcher of direct mode',
};
const nodeTooOld: OutsideError = {
  id: 'PLX-NODE-TOO-OLD',
  sentence: 'Plexus needs Node.js 22.19 or newer, but this is ‹version› (‹file›)',
  code: cniCode.io,
  retry: 'later',
  fix: 'Install a newer Node.js, or set PLEXUS_NODE to the path of one.',
  reportedBy: 'direct mode, on a Node.js that cannot run it',
};
const shimFailed: OutsideError = {
  id: 'PLX-SHIM-FAILED',
  sentence: 'out of memory in the plexus shim',
  code: cniCode.tryAgainLater,
  retry: 'later',
  fix: 'Free memory on the node.',
  reportedBy: 'the native executable on the host',
};

export const errorsOutside: readonly OutsideError[] = [nodeMissing, nodeTooOld, shimFailed];
