import { parser } from '@prometheus-io/lezer-promql';

/** A metric as an expression of PromQL uses it. */
export interface UsedMetric {
  readonly name: string;
  /** Labels that are compared, by name. */
  readonly labels: readonly string[];
  /** Whether a range of it is asked for, as rate() and increase() do. */
  readonly isRange: boolean;
}

/** Reads an expression with Prometheus' own grammar. Throws at what is none. */
export function metricsIn(expression: string): { readonly metrics: readonly UsedMetric[]; readonly grouping: readonly string[] } {
  const metrics: { name: string; labels: string[]; isRange: boolean }[] = [];
  const grouping: string[] = [];
  const textOf = ({ from, to }: { readonly from: number; readonly to: number }): string => expression.slice(from, to);
  parser.parse(expression).iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`no PromQL at character ${node.from}: ${expression}`);
      const parent = node.node.parent?.name ?? '';
      if (node.name === 'Identifier' && parent === 'VectorSelector')
        metrics.push({ name: textOf(node), labels: [], isRange: node.node.parent?.parent?.name === 'MatrixSelector' });
      if (node.name === 'LabelName' && parent === 'UnquotedLabelMatcher') metrics.at(-1)?.labels.push(textOf(node));
      if (node.name === 'LabelName' && parent === 'GroupingLabels') grouping.push(textOf(node));
    },
  });
  return { metrics, grouping };
}
