// The CNI specification and nothing else: versions, invocations, configurations, results, errors. Pure.
export type { ConfFile, ConfPath } from './conf-file.ts';
export { type CniArgs, formatCniArgs, parseCniArgs, podOfArgs, type PodOfArgs } from './cni-args.ts';
export {
  type ConfigurationOptions,
  type NetworkConfiguration,
  parseConfiguration,
  type PluginConfiguration,
  wantsSiblingPlugins,
} from './configuration.ts';
export { foldedLikeGo, valueLikeGo, withKeys } from './folded-keys.ts';
export { errorJson, type ErrorJsonOptions, type FailedRun, pluginErrorOf, refusalIn } from './error-json.ts';
export {
  type AddInvocation,
  allowsNodeNetns,
  type Attached,
  type CheckInvocation,
  type Command,
  type DelInvocation,
  type Env,
  type GcInvocation,
  type Invocation,
  parseInvocation,
  type StatusInvocation,
  type WorkingInvocation,
  type VersionInvocation,
} from './invocation.ts';
export {
  formatJson,
  isJsonObject,
  type JsonObject,
  jsonObjectIn,
  type JsonValue,
  nameOfType,
  parseJson,
  parseJsonObject,
} from './json.ts';
export { describeCharacter, overlooked } from './characters.ts';
export { jsonProblem, type JsonProblem } from './json-problem.ts';
export { jsonBudget, sizeProblem, weightOfJson } from './json-limits.ts';
export { sizeOfJson } from './json-size.ts';
export { isMetaPlugin, nestedMetaPlugin, nestedPath, nestedPathProblem } from './meta-plugins.ts';
export { interfaceNameProblem, isContainerId, isNetworkName, isPluginType } from './names.ts';
export { gcInput, pluginInput, type PluginCall, statusInput } from './plugin-input.ts';
export { decodeResult, type DecodeOptions, encodeForRuntime, encodeResult } from './result-codec.ts';
export { mostResultBytes, parseResult } from './result-answer.ts';
export { mergeResults } from './result-merge.ts';
export { type Result, type ResultDns, type ResultInterface, type ResultIp, type ResultRoute } from './result.ts';
export { versionJson } from './version-json.ts';
export { allows, type CniVersion, cniVersions, compareVersions, isCniVersion } from './version.ts';
