// Finds mistakes in manifests and configurations before anything runs. The judge functions take objects and return
// findings with paths; `validate` takes the text of files and returns findings with lines. Pure: reads no file and
// sends no request.
export { addressOf, overlap, type Range, subnetOf } from './addresses.ts';
export { type Finding, findingOf, isOfPlexus, type Rule, rules, type Severity } from './finding.ts';
export { judgeConfiguration, judgeSettings } from './judge-configuration.ts';
export { type JudgedNad, judgeNad } from './judge-nad.ts';
export { judgePod, nadsOfPod, podPathOf } from './judge-pod.ts';
export { limitsOf } from './pod-object.ts';
export type { PlacedFinding } from './places.ts';
export type { PodContext } from './plan-pod.ts';
export { podContext, podSettings } from './pod-contexts.ts';
export { sarifLog } from './sarif.ts';
export type { InputFile } from './subjects.ts';
export { type FileSet, nodeConfig, readFiles, validate, type ValidateOptions, wantedNads } from './validate.ts';
