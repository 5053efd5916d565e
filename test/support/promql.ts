import { parser } from '@prometheus-io/lezer-promql';

type SyntaxNodeRef = Parameters<NonNullable<Parameters<ReturnType<typeof parser.parse>['iterate']>[0]['enter']>>[0];

/** A metric in a PromQL expression. */
export interface UsedMetric {
  readonly name: string;
  /** Names of the labels that it compares. */
  readonly labels: readonly string[];
  /** Whether the expression requires a range, as rate() and increase() do. */
  readonly isRange: boolean;
}

/** Parses an expression with Prometheus' own grammar. Throws if it is invalid. */
export function metricsIn(expression: string): {
  readonly metrics: readonly UsedMetric[];
  readonly grouping: readonly string[];
} {
  const metrics: { name: string; labels: string[]; isRange: boolean }[] = [];
  const grouping: string[] = [];
  const textOf = ({ from, to }: { readonly from: number; readonly to: number }): string => expression.slice(from, to);
  const on: Readonly<Record<string, (node: SyntaxNodeRef) => void>> = {
    'Identifier in VectorSelector': (node) =>
      metrics.push({ name: textOf(node), labels: [], isRange: node.node.parent?.parent?.name === 'MatrixSelector' }),
    'LabelName in UnquotedLabelMatcher': (node) => metrics.at(-1)?.labels.push(textOf(node)),
    'LabelName in GroupingLabels': (node) => grouping.push(textOf(node)),
  };
  parser.parse(expression).iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`no PromQL at character ${node.from}: ${expression}`);
      on[`${node.name} in ${node.node.parent?.name ?? ''}`]?.(node);
    },
  });
  return { metrics, grouping };
}
