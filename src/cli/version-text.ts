import manifest from '../../package.json' with { type: 'json' };

export const versionText = (): string => manifest.version;
