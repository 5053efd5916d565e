/** Allowed imports between the folders of src: only downwards, only through index.ts. */
const layers: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  report: ['errors'],
  cni: ['errors', 'report'],
  npwg: ['errors', 'cni'],
  plan: ['errors', 'cni', 'npwg'],
  validate: ['errors', 'cni', 'npwg', 'plan'],
  view: ['errors', 'report', 'cni', 'npwg', 'plan', 'validate'],
  queue: ['errors', 'report'],
  files: ['errors'],
  host: ['errors', 'report', 'cni'],
  runtime: ['errors', 'report', 'cni', 'files', 'host'],
  journal: ['errors', 'report', 'queue', 'cni', 'plan', 'files'],
  kube: ['errors', 'report', 'queue', 'files'],
  cluster: ['errors', 'report', 'queue', 'cni', 'npwg', 'files', 'kube'],
  devices: ['errors', 'report', 'queue', 'npwg', 'files', 'cluster'],
  attach: ['errors', 'report', 'cni', 'npwg', 'plan', 'host', 'runtime', 'journal', 'cluster', 'devices'],
  observe: ['errors', 'report', 'queue', 'cluster'],
  install: ['errors', 'report', 'queue', 'cni', 'plan', 'files', 'runtime', 'journal'],
  reconcile: ['errors', 'report', 'queue', 'cni', 'npwg', 'plan', 'host', 'journal', 'cluster', 'devices', 'attach'],
  doctor: [
    'errors',
    'cni',
    'npwg',
    'plan',
    'validate',
    'files',
    'host',
    'runtime',
    'journal',
    'kube',
    'cluster',
    'install',
  ],
  ui: ['errors', 'npwg', 'plan', 'validate', 'view', 'cluster'],
  service: ['errors', 'report', 'cni', 'plan', 'files'],
  daemon: [
    'errors',
    'report',
    'queue',
    'cni',
    'npwg',
    'plan',
    'files',
    'host',
    'runtime',
    'journal',
    'cluster',
    'devices',
    'attach',
    'observe',
    'install',
    'reconcile',
    'service',
  ],
  webhook: ['errors', 'report', 'cni', 'npwg', 'plan', 'validate', 'kube', 'cluster', 'observe', 'service'],
  cli: [
    'errors',
    'report',
    'cni',
    'npwg',
    'plan',
    'validate',
    'view',
    'files',
    'host',
    'runtime',
    'journal',
    'kube',
    'cluster',
    'devices',
    'attach',
    'observe',
    'install',
    'doctor',
    'ui',
    'service',
    'daemon',
    'webhook',
  ],
  make: ['errors', 'cni', 'npwg', 'plan', 'validate', 'doctor', 'service'],
};
/** Folders without effects: no Node.js, no clock, no network. */
const pure = ['errors', 'report', 'cni', 'npwg', 'plan', 'validate', 'view'];
/** Folders that print to a terminal. */
const speaking = ['cli', 'make'];

// oxlint's regular expressions have no look-ahead, so this spells out "anything in another layer except its index.ts".
const door = String.raw`^(\.\./)+(${Object.keys(layers).join('|')})/([^i].*|i[^n].*|in[^d].*|ind[^e].*|inde[^x].*|index[^.].*)$`;

const effects = ['process', 'fetch', 'setTimeout', 'setInterval', 'console', 'performance', 'Date'];

const sizes = {
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 65, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', { max: 4 }],
  'max-depth': ['error', { max: 3 }],
  complexity: ['error', { max: 12 }],
};

/** The linter's configuration. */
export const lintConfiguration = (): object => ({
  plugins: ['eslint', 'typescript', 'import', 'oxc', 'unicorn'],
  categories: { correctness: 'error' },
  ignorePatterns: ['**/*.gen.js', '**/*.gen.d.ts', 'dist', 'node_modules'],
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }], // a type that the reader needs is a dependency too
    'import/no-default-export': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-import-type-side-effects': 'error', // Otherwise an import of types alone would load the module.
    ...sizes,
  },
  overrides: [
    ...Object.entries(layers).map(([folder, may]) => layerOverride(folder, may)),
    {
      files: ['test/**', 'examples/**'],
      rules: {
        'max-lines-per-function': 'off',
        'max-lines': ['error', { max: 340, skipBlankLines: true, skipComments: true }],
      },
    },
    { files: ['**/plugin-schemas.ts'], rules: { 'unicorn/no-thenable': 'off' } }, // JSON Schema has a keyword "then".
    { files: ['test/vitest.config.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
});

function layerOverride(folder: string, may: readonly string[]): object {
  const forbidden = Object.keys(layers).filter((each) => each !== folder && !may.includes(each));
  const patterns = [
    {
      regex: String.raw`^(\.\./)+(${[...forbidden, 'test', 'examples'].join('|')})/`,
      message: `src/${folder} may import only: ${may.join(', ') || 'nothing of ours'}`,
    },
    { regex: door, message: 'enter a folder by its index.ts' },
    ...(pure.includes(folder) ? [{ regex: '^node:', message: 'pure folder: no Node.js built-in' }] : []),
  ];
  const rules = {
    'no-restricted-imports': ['error', { patterns }],
    ...(pure.includes(folder) && { 'no-restricted-globals': ['error', ...effects] }),
    ...(!speaking.includes(folder) && { 'no-console': 'error' }),
  };
  return { files: [`src/${folder}/**/*.{ts,tsx}`], rules };
}
