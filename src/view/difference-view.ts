import type { JsonValue } from '../cni/index.ts';
import type { Difference } from '../plan/index.ts';
import { type Cell, type Paint, table, unpainted } from './table.ts';

const words: Readonly<Record<Difference['kind'], Cell>> = {
  same: 'as planned',
  changed: { text: 'CHANGED', tone: 'warn' },
  missing: { text: 'NOT ATTACHED', tone: 'bad' },
  extra: { text: 'NO LONGER PLANNED', tone: 'warn' },
};

/** Compares attachments with a plan, as a table followed by every change. */
export function differencesText(list: readonly Difference[], paint: Paint = unpainted): string {
  const overview = table(
    ['INTERFACE', 'NETWORK', 'STATE', 'CHANGES'],
    list.map(({ interfaceName, network, kind, changes }): readonly Cell[] => [
      interfaceName,
      network,
      words[kind],
      changes.length === 0 ? '' : String(changes.length),
    ]),
    { paint },
  );
  const details = list.flatMap(({ interfaceName, changes }) =>
    changes.map(
      ({ place, attached, planned }) =>
        `${interfaceName}  ${place}: attached with ${formatValue(attached)}, planned ${formatValue(planned)}`,
    ),
  );
  return details.length === 0 ? overview : `${overview}\n\n${details.join('\n')}`;
}

const formatValue = (value: JsonValue | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value));
