import { type Rule, rules } from './finding.ts';
import type { PlacedFinding } from './places.ts';

/** One kind of result, as SARIF lists it. */
interface ReportedRule {
  readonly id: string;
  readonly sentence: string;
  readonly fix: string;
}

/** Findings as a SARIF 2.1.0 log, which code hosts show beside the lines. `version`: of Plexus. */
export function sarifLog(findings: readonly PlacedFinding[], version: string): object {
  const reported = rulesOf(findings);
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'plexus validate', semanticVersion: version, rules: reported.map(ruleObject) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((each) => resultOf(each, reported)),
      },
    ],
  };
}

function rulesOf(findings: readonly PlacedFinding[]): readonly ReportedRule[] {
  const own = new Map<string, Rule>(rules.map((rule) => [rule.id, rule]));
  const found = new Map(
    findings.map(({ rule, fix }) => [
      rule,
      {
        id: rule,
        sentence: own.get(rule)?.sentence ?? 'The error that Plexus reports when it runs this configuration.',
        fix: own.get(rule)?.fix ?? fix,
      },
    ]),
  );
  return [...found.values()];
}

const ruleObject = ({ id, sentence, fix }: ReportedRule): object => ({
  id,
  shortDescription: { text: sentence },
  help: { text: fix },
});

const resultOf = (
  { file, key, rule, severity, text, fix, ...span }: PlacedFinding,
  reported: readonly ReportedRule[],
): object => ({
  ruleId: rule,
  ruleIndex: reported.findIndex(({ id }) => id === rule),
  level: severity,
  message: { text: `${text}${/[.?!]$/.test(text) ? '' : '.'} ${fix}` },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: uriOf(file) },
        region: { startLine: span.line, startColumn: span.column, endLine: span.endLine, endColumn: span.endColumn },
      },
      ...(key !== '' && { logicalLocations: [{ fullyQualifiedName: key }] }),
    },
  ],
});

const uriOf = (file: string): string =>
  `${file.startsWith('/') ? 'file://' : ''}${file.replace(/^\.\//, '').split('/').map(encodeURIComponent).join('/')}`;
