// Made from plugin-schemas/ by `npm run make`: do not edit.

export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}
/** What the program itself reads of a schema. */
export interface PluginSchema {
  readonly properties?: Readonly<Record<string, PluginSchema>>;
  readonly items?: PluginSchema;
  readonly additionalProperties?: boolean | PluginSchema;
  readonly format?: string;
}
/** By type of the plugin; those of IPAM plugins by ipam/type. */
export declare const validators: Readonly<Record<string, { (data: unknown): boolean; errors?: readonly ValidationError[] | null }>>;
export declare const schemas: Readonly<Record<string, PluginSchema>>;
