const share = 1 / 4;

/**
 * Whether a tenant may start one more of the works that run at the same time. Of the last quarter, a tenant gets nothing
 * if it has a quarter of all already, so that one tenant does not keep others out.
 */
export const hasFairShare = (own: number, all: number, most: number): boolean =>
  all < most && (all < most * (1 - share) || own < most * share);
