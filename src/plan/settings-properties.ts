import schema from './settings.schema.json' with { type: 'json' };

/** The keys of the node's configuration, as the schema describes them. */
export const settingsProperties: Readonly<
  Record<
    string,
    {
      readonly type?: string;
      readonly anyOf?: readonly { readonly type: string }[];
      readonly description?: string;
      readonly default?: unknown;
    }
  >
> = schema.properties;
