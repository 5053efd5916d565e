/** Replaces all further values of a label. */
const otherValues = 'other';

/** Longest namespace/name of a Kubernetes object. */
const longestValue = 2 * 253 + 1;

/**
 * Limits the values of a label: the first `most` stay, later ones become `other`. NetworkAttachmentDefinitions
 * determine plugin types and network names, and each value costs memory and scrape lines until the daemon restarts.
 */
export function boundedLabel(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most || value.length > longestValue) return otherValues;
    known.add(value);
    return value;
  };
}

/** The largest counts, and the sum of all others as `other`. */
export function largestCounts(counts: ReadonlyMap<string, number>, most: number): ReadonlyMap<string, number> {
  if (counts.size <= most) return counts;
  const sorted = [...counts].toSorted(([, one], [, another]) => another - one);
  const others = sorted.slice(most).reduce((sum, [, count]) => sum + count, 0);
  return new Map([...sorted.slice(0, most), [otherValues, others]]);
}
