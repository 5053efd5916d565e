import type { FieldError } from './api-error.ts';
import type { JsonObject, KubeObject } from './json.ts';
import type { Schema } from './schema.ts';

/** One column of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** 0: always shown, more: only with `-o wide` */
  readonly priority: number;
  readonly format?: string;
  cell(object: KubeObject): unknown;
}

/** One resource of the API: its names and its particularities. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** The store's key for its objects; Events of core and events.k8s.io share one. */
  readonly storage: string;
  /** The parts that a write to /status changes: metadata and status (built-in types), or only status (custom types). */
  readonly status: 'none' | 'with-metadata' | 'alone';
  /** Custom types require a version in updates and do not support strategic merge patches. */
  readonly custom: boolean;
  /** Supported field selectors, as paths. */
  readonly fields: readonly string[];
  readonly columns: readonly Column[];
  /** The rule for names. */
  readonly nameRule: 'subdomain' | 'label' | 'path-segment';
  /** Schema of a custom type: unknown fields are dropped, invalid ones rejected. */
  readonly schema?: Schema;
  /** DELETE answers with the object instead of a Status. */
  readonly returnsDeleted: boolean;
  /** DELETE first marks the object, which watches see as MODIFIED. */
  readonly isDeletedGracefully: boolean;
  /** Sets what the server sets on new objects. */
  prepare?(object: KubeObject): KubeObject;
  /** Returns the problems of an object beyond metadata and schema; `before` is undefined for a new one. */
  validate?(object: KubeObject, before: KubeObject | undefined): FieldError[];
  /** Converts between the form of this group and the stored form. */
  toStored?(object: JsonObject): JsonObject;
  fromStored?(object: KubeObject): KubeObject;
}

export const apiVersionOf = (type: { group: string; version: string }): string =>
  type.group === '' ? type.version : `${type.group}/${type.version}`;

/** The object as this resource type shows it. */
export const shown = (type: ResourceType, stored: KubeObject): KubeObject => type.fromStored?.(stored) ?? stored;
