// The catalogue: one entry per kind of failure, in one file per area. The sentence states what failed and where; `fix`
// states what to do. An error that DEL may return never contains the words that containerd interprets as success
// (K8S-57): write "missing" or "absent" instead.
export * from './admission.ts';
export * from './api.ts';
export * from './call.ts';
export * from './claim.ts';
export * from './command.ts';
export * from './configuration.ts';
export * from './device.ts';
export * from './file.ts';
export * from './hot-plug.ts';
export * from './install.ts';
export * from './journal.ts';
export * from './link.ts';
export * from './plan.ts';
export * from './plugin.ts';
