import {
  commandNotAllowed,
  commandUnknown,
  configUndecodable,
  configurationInvalid,
  variableInvalid,
  variablesMissing,
  versionIncompatible,
} from '../errors/index.ts';
import { type CniArgs, parseCniArgs } from './cni-args.ts';
import { type JsonObject, isJsonObject, jsonObjectIn, parseJsonObject } from './json.ts';
import { sizeOfJson } from './json-size.ts';
import { interfaceNameProblem, isContainerId, isNetworkName } from './names.ts';
import { type CniVersion, absentVersion, allows, cniVersions, isCniVersion } from './version.ts';

export type Command = 'ADD' | 'DEL' | 'CHECK' | 'STATUS' | 'GC' | 'VERSION';
export type Env = Readonly<Record<string, string>>;

/** Whether the runtime allows the node's own namespace as a sandbox (CNI-20). */
export const allowsNodeNetns = (env: Env): boolean =>
  ['1', 'true'].includes((env['CNI_NETNS_OVERRIDE'] ?? '').toLowerCase());

/** The part of an invocation that every command but VERSION has. */
interface Call {
  /** The caller's whole environment, passed on to delegates (CNI-55). */
  readonly env: Env;
  /** The folders of CNI_PATH, without empty ones. */
  readonly path: readonly string[];
  /** The network configuration on stdin, decoded. */
  readonly config: JsonObject;
  /** `name` of that configuration. */
  readonly networkName: string;
  /** `cniVersion` of that configuration; absent means 0.1.0. The answer has this version (CNI-15). */
  readonly cniVersion: CniVersion;
}
interface SandboxCall extends Call {
  readonly containerId: string;
  readonly ifName: string;
  /** CNI_ARGS, in order. */
  readonly args: CniArgs;
}
export type AddInvocation = SandboxCall & { readonly command: 'ADD'; readonly netns: string };
export type CheckInvocation = SandboxCall & { readonly command: 'CHECK'; readonly netns: string };
/** `netns` is absent when the namespace is gone (CNI-26). */
export type DelInvocation = SandboxCall & { readonly command: 'DEL'; readonly netns?: string };
export type StatusInvocation = Call & { readonly command: 'STATUS' };
export interface Attached {
  readonly containerId: string;
  readonly ifName: string;
}
/** `validAttachments` is absent when the runtime sent no list; then GC must not remove anything (CNI-39). */
export type GcInvocation = Call & { readonly command: 'GC'; readonly validAttachments?: readonly Attached[] };
/** `cniVersion` is the version from stdin, if any; the answer echoes it (CNI-13). */
export interface VersionInvocation {
  readonly command: 'VERSION';
  readonly cniVersion?: string;
}
/** One invocation of the plugin (CNI specification, section 2). */
/** An invocation that works on attachments or asks for a status: every command but VERSION. */
export type WorkingInvocation = AddInvocation | DelInvocation | CheckInvocation | StatusInvocation | GcInvocation;
export type Invocation = WorkingInvocation | VersionInvocation;

// CNI-02. CNI_PATH may also come from the configuration (binDir), so only GC requires it, as the specification states.
const required: Readonly<Record<Command, readonly string[]>> = {
  ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  CHECK: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME'],
  GC: ['CNI_PATH'],
  STATUS: [],
  VERSION: [],
};

const isCommand = (text: string): text is Command => Object.hasOwn(required, text);

/**
 * Parses one invocation from the environment and stdin (CNI specification, section 2). A missing or malformed part
 * throws the specified error: code 4 for variables, 6 for stdin that is not a JSON object, 7 for its name, 1 for its
 * version.
 */
export function parseInvocation(env: Env, stdin: string): Invocation {
  const command = env['CNI_COMMAND'] ?? '';
  if (!isCommand(command)) throw commandUnknown({ command });
  if (command === 'VERSION') return versionCall(stdin);
  const names = required[command].filter((name) => (env[name] ?? '') === '');
  if (names.length > 0) throw variablesMissing({ command, names });
  const call = parseCall(env, stdin);
  if (!allows(call.cniVersion, command)) throw commandNotAllowed({ command, version: call.cniVersion });
  return commandCall(command, call);
}

function commandCall(command: Exclude<Command, 'VERSION'>, call: Call): Invocation {
  switch (command) {
    case 'ADD':
    case 'CHECK':
      return { command, ...sandboxCall(call), netns: call.env['CNI_NETNS'] ?? '' };
    case 'DEL':
      return delCall(call);
    case 'STATUS':
      return { command, ...call };
    case 'GC':
      return { command, ...call, ...validAttachments(call.config) };
  }
}

function delCall(call: Call): DelInvocation {
  const netns = call.env['CNI_NETNS'] ?? '';
  return { command: 'DEL', ...sandboxCall(call), ...(netns !== '' && { netns }) };
}

// For VERSION, stdin is optional and may contain anything (CNI-04).
function versionCall(stdin: string): VersionInvocation {
  const cniVersion = jsonObjectIn(stdin)?.['cniVersion'];
  return { command: 'VERSION', ...(typeof cniVersion === 'string' && cniVersion !== '' && { cniVersion }) };
}

// Far above the number of containers on a node, which GC lists.
const mostValues = 200_000;

function parseCall(env: Env, stdin: string): Call {
  const source = 'the network configuration on stdin';
  if (sizeOfJson(stdin).elements > mostValues)
    throw configUndecodable({ source, problem: `it holds more than ${mostValues} values` });
  const config = parseJsonObject(stdin, source);
  const path = (env['CNI_PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return { env, path, config, networkName: networkNameOf(config), cniVersion: versionOf(config) };
}

function networkNameOf(config: JsonObject): string {
  const name = config['name'] ?? '';
  const source = 'the network configuration on stdin';
  if (name === '') throw configurationInvalid({ source, problem: 'missing network name' });
  if (typeof name !== 'string' || !isNetworkName(name)) {
    throw configurationInvalid({
      source,
      problem: `invalid characters found in network name ${JSON.stringify(name)}; letters, digits, "_", "." and "-" are allowed`,
    });
  }
  return name;
}

function versionOf(config: JsonObject): CniVersion {
  const version = config['cniVersion'] ?? '';
  if (version === '') return absentVersion;
  if (isCniVersion(version)) return version;
  throw versionIncompatible({
    source: 'the network configuration on stdin',
    version: typeof version === 'string' ? version : JSON.stringify(version),
    supported: cniVersions,
  });
}

function sandboxCall(call: Call): SandboxCall {
  const containerId = call.env['CNI_CONTAINERID'] ?? '';
  const ifName = call.env['CNI_IFNAME'] ?? '';
  if (!isContainerId(containerId)) {
    throw variableInvalid({
      name: 'CNI_CONTAINERID',
      value: containerId,
      allowed: 'a container ID (letters, digits, "_", "." and "-")',
    });
  }
  const problem = interfaceNameProblem(ifName);
  if (problem !== undefined)
    throw variableInvalid({ name: 'CNI_IFNAME', value: ifName, allowed: `an interface name: ${problem}` });
  return { ...call, containerId, ifName, args: parseCniArgs(call.env['CNI_ARGS'] ?? '') };
}

// The specification's key first, then the key of its first draft (CNI-37).
function validAttachments(config: JsonObject): { readonly validAttachments?: readonly Attached[] } {
  const key = ['cni.dev/valid-attachments', 'cni.dev/attachments'].find(
    (each) => config[each] !== undefined && config[each] !== null,
  );
  if (key === undefined) return {};
  const list = config[key];
  const source = 'the network configuration on stdin';
  if (!Array.isArray(list)) throw configurationInvalid({ source, problem: `${key} is not a list` });
  return { validAttachments: list.map((item: unknown, index) => attachedOf(item, `${key}[${index}]`)) };
}

function attachedOf(item: unknown, place: string): Attached {
  const { containerID: containerId, ifname: ifName } = isJsonObject(item) ? item : {};
  if (typeof containerId === 'string' && typeof ifName === 'string') return { containerId, ifName };
  throw configurationInvalid({
    source: 'the network configuration on stdin',
    problem: `${place} is not an object with containerID and ifname`,
  });
}
