import type { JsonObject } from './json.ts';
import type { CniVersion } from './version.ts';

export interface ResultInterface {
  readonly name: string;
  readonly mac?: string;
  readonly mtu?: number;
  readonly sandbox?: string;
  readonly socketPath?: string;
  readonly pciID?: string;
  readonly extra?: JsonObject;
}
export interface ResultIp {
  /** Address with prefix length. */
  readonly address: string;
  readonly gateway?: string;
  /** Index into `interfaces`, as the plugin wrote it: may be -1 or out of range. */
  readonly interface?: number;
  /** "4" or "6" as versions before 1.0.0 wrote it; kept because those versions use it. */
  readonly version?: string;
  readonly extra?: JsonObject;
}
export interface ResultRoute {
  readonly dst: string;
  readonly gw?: string;
  readonly mtu?: number;
  readonly advmss?: number;
  readonly priority?: number;
  readonly table?: number;
  readonly scope?: number;
  readonly extra?: JsonObject;
}
export interface ResultDns {
  readonly nameservers?: readonly string[];
  readonly domain?: string;
  readonly search?: readonly string[];
  readonly options?: readonly string[];
  readonly extra?: JsonObject;
}
/** The internal form of a CNI result, which can hold results of every version (CNI specification, section 5). */
export interface Result {
  /** The version that the result was written in; `extra` (unknown keys) is returned in that version only (CNI-80). */
  readonly cniVersion: CniVersion;
  readonly interfaces: readonly ResultInterface[];
  readonly ips: readonly ResultIp[];
  readonly routes: readonly ResultRoute[];
  readonly dns: ResultDns;
  readonly extra?: JsonObject;
}
