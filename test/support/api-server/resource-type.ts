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

/** One resource of the API: its names, and what is special about it. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** Where the store keeps the objects; core and events.k8s.io events share one place. */
  readonly storage: string;
  /** What a write to /status changes: metadata and status (built-in types), status only (custom ones). */
  readonly status: 'none' | 'with-metadata' | 'alone';
  /** Custom types are strict about versions in updates and know no strategic merge. */
  readonly custom: boolean;
  /** Field selectors that are served, as paths. */
  readonly fields: readonly string[];
  readonly columns: readonly Column[];
  /** What is allowed in a name. */
  readonly nameRule: 'subdomain' | 'label' | 'path-segment';
  /** Schema of a custom type: unknown fields are dropped, wrong ones refused. */
  readonly schema?: Schema;
  /** DELETE answers with the object instead of a Status. */
  readonly returnsDeleted: boolean;
  /** DELETE first marks the object, which watches see as MODIFIED. */
  readonly isDeletedGracefully: boolean;
  /** Fills in what the server sets on new objects. */
  prepare?(object: KubeObject): KubeObject;
  /** What is wrong with an object, beyond metadata and schema; `before` is undefined for a new one. */
  validate?(object: KubeObject, before: KubeObject | undefined): FieldError[];
  /** Between the form of this group and the stored one. */
  toStored?(object: JsonObject): JsonObject;
  fromStored?(object: KubeObject): KubeObject;
}

export const apiVersionOf = (type: { group: string; version: string }): string =>
  type.group === '' ? type.version : `${type.group}/${type.version}`;

/** The object as this resource type shows it. */
export const shown = (type: ResourceType, stored: KubeObject): KubeObject => type.fromStored?.(stored) ?? stored;
