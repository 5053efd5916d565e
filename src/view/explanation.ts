/** An identifier with everything that is known about it. */
export interface ExplanationFacts {
  readonly id: string;
  /** "error", "check of plexus doctor". */
  readonly kind: string;
  readonly what: string;
  readonly fix: string;
  readonly code?: number;
  readonly retry?: string;
  readonly sections: readonly { readonly title: string; readonly text: string }[];
}

/** Formats the explanation of an identifier. */
export function explanationText({ id, kind, what, fix, code, retry, sections }: ExplanationFacts): string {
  const facts = [
    ...(code === undefined ? [] : [`CNI code ${code}`]),
    ...(retry === undefined ? [] : [retry === 'later' ? 'a retry can succeed' : 'a retry cannot succeed']),
  ];
  return [
    `${id} (${[kind, ...facts].join(', ')})`,
    `what: ${what}\nfix:  ${fix}`,
    ...sections.map(({ title, text }) => `── ${title}\n\n${text}`),
  ].join('\n\n');
}
