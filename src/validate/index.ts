// What is wrong in manifests and configurations before anything runs: findings with their places. Pure; reads no file
// and asks no cluster.
export { type Finding, type Rule, rules, type Severity } from './finding.ts';
export { sarifLog } from './sarif.ts';
export type { InputFile } from './subjects.ts';
export { type FileSet, nodeConfig, readFiles, validate, type ValidateOptions, wantedNads } from './validate.ts';
