/**
 * Files that may read the messages of other programs, because these offer nothing else to decide by. One place each.
 */
const foreign: Readonly<Record<string, string>> = {
  'src/cluster/claims-api.ts': 'the API server names the manager of a conflicting field in a sentence only',
  'src/cluster/cluster.ts': 'Events that differ in an identifier only are the same; nothing is decided by their words',
  'src/cluster/manifest-objects.ts': 'the first line of the yaml package’s sentence is shown',
  'src/cni/host-links.ts': 'plugins report a missing link of the host in their own words',
  'src/doctor/checks/webhook-dry-run.ts': 'the API server’s sentence is shown; that a webhook failed has no other mark',
  'src/service/configuration.ts': 'the first line of the yaml package’s sentence is shown',
  'src/doctor/checks/recent-events.ts': 'the first line of an Event of the cluster is shown',
  'src/install/find-folders.ts': 'the first line of the TOML package’s sentence is shown',
  'src/kube/pod-exec.ts': 'the ws package states the status of a refused connection in a sentence only',
  'src/validate/yaml-documents.ts': 'the yaml package has one code for several kinds of errors',
};

const read = String.raw`includes|startsWith|endsWith|match|matchAll|search|indexOf|lastIndexOf|split|replace|replaceAll|slice`;
const sentence = String.raw`\b(?:message|problem|sentence|problemOf\([^()]*\)|warning\.text|finding\.text)`;
const patterns = [
  new RegExp(String.raw`${sentence}\)?[?!]*\.(?:${read})\(`),
  new RegExp(String.raw`\.(?:test|exec)\((?:String\()?[^;{]*${sentence}`),
  new RegExp(String.raw`${sentence} [!=]== (?:'[^']|"[^"]|${'`'})`),
];

/**
 * Finds the lines of src that decide by the words of an error, a warning or a finding, because such code breaks when a
 * sentence is reworded. Errors and warnings have `context` for that purpose.
 */
export const messageReads = (files: ReadonlyMap<string, string>): readonly string[] =>
  [...files].flatMap(([file, text]) =>
    file in foreign
      ? []
      : text
          .split('\n')
          .flatMap((line, index) =>
            patterns.some((pattern) => pattern.test(line)) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
          ),
  );
