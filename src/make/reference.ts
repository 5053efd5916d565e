import * as errors from '../errors/index.ts';
import { type OutsideError, errorsOutside } from './errors-outside.ts';

const made = '<!-- Made by `npm run make`: do not edit. -->';

interface Kind {
  readonly id: string;
  readonly kind: errors.ErrorKind;
  readonly text: (context: never) => string;
}

/** Every kind of error, sorted by identifier, with the sentence in which placeholders stand for values. */
export const errorEntries = () =>
  Object.values(errors)
    .filter((each): each is typeof each & Kind => typeof each === 'function' && 'id' in each)
    .toSorted((a, b) => a.id.localeCompare(b.id))
    .map(({ id, kind, text }) => ({ id, kind, wording: wordingOf(text) }));

/** Generates docs/errors.md: every kind of error, its code and its fix. */
export function errorsPage(): string {
  const rows = errorEntries().map(
    (each) =>
      `| \`${each.id}\` | ${each.wording.replaceAll('|', '\\|')} | ${each.kind.code} | ${retryText(each.kind)} | ${each.kind.fix} |`,
  );
  return `${made}

# Errors

Every failure of Plexus has an identifier. The container runtime reports it with a sentence that names the failure and
the object, and with a fix. \`kubectl describe pod\` shows the same text in the Events of the pod. The log adds the
chain of causes, \`plexus trace\` adds the input and output of the plugins, and \`plexus_cni_requests_total\` counts
failures by identifier (label \`outcome\`).
A message has at most 1 KiB: Plexus shortens a longer sentence. The details of the error (at most 8 KiB), the log and
\`plexus trace\` contain the complete sentence.
The code is that of the CNI specification. If a plugin failed with a code of its own, Plexus returns that code.
To see the exact input of a plugin, run \`plexus plan\` with the pod, its networks and the node's configuration.

| identifier | sentence | code | can a retry succeed? | fix |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

## Errors of other programs

Three errors are reported by other programs, because Plexus itself cannot run in these cases.

| identifier | sentence | code | can a retry succeed? | fix | reported by |
| --- | --- | --- | --- | --- | --- |
${errorsOutside.map(outsideRow).join('\n')}
`;
}

const outsideRow = (error: OutsideError): string =>
  `| \`${error.id}\` | ${error.sentence} | ${error.code} | ${retryText(error)} | ${error.fix} | ${error.reportedBy} |`;

// Replaces the values of one case in a sentence by placeholders.
const wordingOf = (text: Kind['text']): string =>
  text(
    new Proxy(
      {},
      { get: (_, name) => (optional.includes(String(name)) ? undefined : placeholder(String(name))) },
    ) as never,
  );

// parts of a place that most cases lack
const optional = ['pluginIndex', 'element', 'character', 'field', 'vmNetwork'];

const placeholder = (name: string): object => ({
  toString: () => `‹${name}›`,
  toJSON: () => `‹${name}›`,
  join: () => `‹${name}›`,
});

const retryText = ({ retry }: errors.ErrorKind): string => (retry === 'later' ? 'yes' : 'no');

interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Generates docs/configuration.md: every key of the settings and of the daemon's configuration. */
export function configurationPage(schema: Schema, daemon: Schema): string {
  return `${made}

# Configuration

${schema.description ?? ''}
Keys are accepted in any case. An unknown key causes a warning in the log with a suggestion; a value of the wrong type
causes an error that names the key. A complete file: [examples/node/00-plexus.conflist](../examples/node/00-plexus.conflist).

| key | type | default | meaning |
| --- | --- | --- | --- | --- |
${rowsOf(schema, '').join('\n')}

## The daemon

\`plexus daemon\` reads one file, YAML or JSON (\`--config\`, by default /etc/plexus/plexus.yaml if it exists). Every key is
also a flag (\`logLevel\`: \`--log-level\`) and an environment variable (\`PLEXUS_LOG_LEVEL\`; lists separated by commas,
\`deadlines\` as JSON). Flags override environment variables, which override the file. A key that none of them sets is
taken from the CNI configuration file of the call, then from the default. A call never sets these keys: kubeconfig,
manifestsDir, cniDir, multusStateDir, binDir (Plexus searches plugins in CNI_PATH), logFile, logLevel, logToStderr,
logOptions and maskedKeys.

A change of the file takes effect without a restart, from the next call on. The daemon reads these keys only at start,
and reports in the log when they change: socket, cniDir, kubeconfig, manifestsDir, http, nodeName, kubeletPodsApi, logLevel,
logFormat, logToStderr, logFile, logOptions, maskedKeys.

${daemon.description ?? ''}

| key | type | default | meaning |
| --- | --- | --- | --- | --- |
${rowsOf(daemon, '').join('\n')}
`;
}

const rowsOf = ({ properties = {} }: Schema, prefix: string): string[] =>
  Object.entries(properties).flatMap(([key, each]) => [
    `| \`${prefix}${key}\` | ${typeOf(each)} | ${defaultOf(each)} | ${each.description ?? ''} |`,
    ...rowsOf(each, `${prefix}${key}.`),
    ...(each.items === undefined ? [] : rowsOf(each.items, `${prefix}${key}[].`)),
  ]);

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${each}\``).join(', ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'values' : typeOf(schema.items)}`;
  return `${schema.type ?? 'any'}${rangeOf(schema)}`;
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: Schema): string {
  const from = exclusiveMinimum === undefined ? minimum : `above ${exclusiveMinimum}`;
  return maximum === undefined ? '' : `, ${from ?? ''} to ${maximum}`;
}

const defaultOf = (schema: Schema): string =>
  schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
