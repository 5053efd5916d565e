// The catalogue: one entry for each kind of failure, in files by where the failure arises. The sentence says what
// failed and where; `fix` says what to do. Errors that DEL may return never contain the words that containerd takes
// for success (K8S-57): say "missing" or "absent".
export * from './api.ts';
export * from './call.ts';
export * from './claim.ts';
export * from './command.ts';
export * from './configuration.ts';
export * from './device.ts';
export * from './file.ts';
export * from './install.ts';
export * from './journal.ts';
export * from './link.ts';
export * from './plan.ts';
export * from './plugin.ts';
