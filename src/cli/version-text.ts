import manifest from '../../package.json' with { type: 'json' };

/** The version of Plexus. */
export const versionText = (): string => manifest.version;
