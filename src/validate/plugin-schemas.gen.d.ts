// Made from plugin-schemas/ by `npm run make`: do not edit.

export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}
/** The part of a schema that the program reads. */
export interface PluginSchema {
  readonly properties?: Readonly<Record<string, PluginSchema>>;
  readonly items?: PluginSchema;
  readonly additionalProperties?: boolean | PluginSchema;
  readonly format?: string;
}
/** By plugin type; those of IPAM plugins by ipam/type. */
export declare const validators: Readonly<Record<string, { (data: unknown): boolean; errors?: readonly ValidationError[] | null }>>;
export declare const schemas: Readonly<Record<string, PluginSchema>>;
