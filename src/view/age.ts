const lastUnit = [Infinity, 86_400, 'd'] as const;
const units = [[120, 1, 's'], [7200, 60, 'm'], [172_800, 3600, 'h'], lastUnit] as const;

/** Formats a number of milliseconds as kubectl does: "45s", "12m", "3h", "5d". Empty if it is not a number. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (Number.isNaN(seconds)) return '';
  const [, size, unit] = units.find(([limit]) => seconds < limit) ?? lastUnit;
  return `${Math.floor(seconds / size)}${unit}`;
}
