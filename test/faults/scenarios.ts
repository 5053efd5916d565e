// The scenarios of the fault suite as pure data, one object each.

/** A fault of a plugin: at the Nth plugin run of the operation, before or after the real plugin did its work. */
export interface PluginFault {
  readonly kind: 'plugin';
  readonly number: number;
  readonly when: 'start' | 'end';
  readonly action:
    | 'kill-daemon'
    | 'kill-shim'
    | 'kill-plugin'
    | 'error'
    | 'garbage'
    | 'nothing'
    | 'hang'
    | 'flood'
    | 'remove-netns';
}
/** A fault at the Nth system call of its kind on a journal file; number 0: at every call, until the disk is healed. */
export interface FileFault {
  readonly kind: 'file';
  readonly call: 'open' | 'write' | 'fsync' | 'rename' | 'unlink';
  readonly number: number;
  readonly action: 'kill-before' | 'kill-after' | 'ENOSPC' | 'EROFS' | 'EIO';
}
export interface ApiFault {
  readonly kind: 'api';
  readonly action: 'away' | 'slow' | '409' | '429' | '500' | 'watch-closed';
}
export type Fault = PluginFault | FileFault | ApiFault;
/** `plug` and `unplug`: networks follow the changed annotation of a running pod. */
export type Operation = 'ADD' | 'DEL' | 'GC' | 'reclaim' | 'plug' | 'unplug';
export interface Scenario {
  readonly operation: Operation;
  /** Number of the pod's networks, including the default one. */
  readonly networks: 1 | 3 | 8;
  readonly plugins: 'single' | 'chained';
  readonly fault: Fault;
}

/** Names a scenario, for people and for --only. */
export function nameOf({ operation, networks, plugins, fault }: Scenario): string {
  return `${operation} of ${networks} ${plugins}: ${faultName(fault)}`;
}

/** The fault without its position: a row of the summary. */
export function kindOf(fault: Fault): string {
  if (fault.kind === 'plugin') return `${fault.action} at a plugin's ${fault.when}`;
  if (fault.kind === 'api') return `API ${fault.action}`;
  return `${fault.action} at ${fault.call} of a journal file`;
}

/** Kinds of one class exercise the same code; only an ADD depends on the kind of an API fault. */
export function classOf({ operation, fault }: Scenario): string {
  const isKindItself = fault.kind === 'api' ? operation === 'ADD' : fault.action === 'kill-daemon';
  if (isKindItself) return kindOf(fault);
  if (fault.kind === 'api') return 'API';
  if (fault.kind === 'file') return fault.action.startsWith('kill') ? 'kill at a journal file' : 'journal file error';
  return ['error', 'garbage', 'nothing', 'flood'].includes(fault.action) ? 'plugin misbehaves' : fault.action;
}

function faultName(fault: Fault): string {
  if (fault.kind === 'plugin') return `${fault.action} at the ${fault.when} of plugin ${fault.number}`;
  if (fault.kind === 'api') return `API ${fault.action}`;
  return `${fault.action} at ${fault.call} ${fault.number === 0 ? '(each)' : fault.number} of a journal file`;
}

// A chain has two plugins here.
const callsOf = ({ networks, plugins }: Omit<Shape, 'networks'> & { readonly networks: number }): number =>
  networks * (plugins === 'chained' ? 2 : 1);
type Shape = Pick<Scenario, 'networks' | 'plugins'>;
const shapes: readonly Shape[] = ([1, 3, 8] as const).flatMap((networks) =>
  (['single', 'chained'] as const).map((plugins) => ({ networks, plugins })),
);

const isHotPlug = (operation: Operation): boolean => operation === 'plug' || operation === 'unplug';

/** First, middle and last. */
const somePlaces = (count: number): readonly number[] => [...new Set([1, Math.ceil((count + 1) / 2), count])];
const allUpTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

const killers = ['kill-daemon', 'kill-shim', 'kill-plugin'] as const;
const misbehaviours = ['error', 'garbage', 'nothing', 'hang', 'flood'] as const;

/** kill -9 at every start and end of a plugin; wrong answers at the first, a middle and the last one. */
function pluginFaults(operation: Operation, shape: Shape): readonly Fault[] {
  // the default network is attached already
  const calls = callsOf(isHotPlug(operation) ? { ...shape, networks: shape.networks - 1 } : shape);
  const fault = (number: number, when: 'start' | 'end', action: PluginFault['action']): PluginFault => ({
    kind: 'plugin',
    number,
    when,
    action,
  });
  // Reclaim has no runtime and therefore no shim, and the namespace is already gone.
  const kills = operation === 'reclaim' ? killers.filter((each) => each !== 'kill-shim') : killers;
  const everywhere = shape.networks === 8 ? somePlaces(calls) : allUpTo(calls);
  const killed = everywhere.flatMap((number) =>
    kills.flatMap((action) => [fault(number, 'start', action), fault(number, 'end', action)]),
  );
  // A plugin that does nothing at DEL and reports success cannot be detected, because DEL has no output.
  const canBeSeen = ({ when, action }: PluginFault): boolean =>
    operation === 'ADD' || operation === 'plug' || when === 'end' || !['garbage', 'nothing'].includes(action);
  const wrong = somePlaces(calls)
    .flatMap((number) =>
      misbehaviours.flatMap((action) => [fault(number, 'start', action), fault(number, 'end', action)]),
    )
    .filter(canBeSeen);
  const removed =
    operation === 'ADD' || operation === 'DEL'
      ? somePlaces(calls).map((number) => fault(number, 'start', 'remove-netns'))
      : [];
  return [...killed, ...wrong, ...removed];
}

/**
 * An ADD writes its record before the first plugin and at its end; in between it notes each attachment except the last,
 * without sync.
 */
function fileFaults(operation: Operation, { networks }: Shape): readonly Fault[] {
  const fault = (call: FileFault['call'], number: number, action: FileFault['action']): Fault => ({
    kind: 'file',
    call,
    number,
    action,
  });
  if (isHotPlug(operation)) return hotPlugFileFaults(fault);
  if (operation !== 'ADD') {
    const kills = (['kill-before', 'kill-after'] as const).map((action) => fault('unlink', 1, action));
    return [...kills, fault('unlink', 1, 'EROFS'), fault('unlink', 1, 'EIO')];
  }
  const files = allUpTo(networks + 1);
  const calls = ['open', 'write', 'rename'] as const;
  const kills = files.flatMap((number) => [
    ...calls.map((call) => fault(call, number, 'kill-before')),
    fault('rename', number, 'kill-after'),
  ]);
  const errors = files.flatMap((number) => [fault('open', number, 'EROFS'), fault('write', number, 'ENOSPC')]);
  const synced = allUpTo(2).flatMap((number) => [fault('fsync', number, 'kill-before'), fault('fsync', number, 'EIO')]);
  return [...kills, ...errors, ...synced, fault('write', 0, 'ENOSPC'), fault('open', 0, 'EROFS')];
}

/** A change writes the record before its first plugin, at its end, and once more when the status is published. */
const hotPlugFileFaults = (
  fault: (call: FileFault['call'], number: number, action: FileFault['action']) => Fault,
): readonly Fault[] =>
  allUpTo(3).flatMap((number) => [
    fault('open', number, 'kill-before'),
    fault('rename', number, 'kill-before'),
    fault('rename', number, 'kill-after'),
    fault('open', number, 'EROFS'),
  ]);

const apiFaults: readonly Fault[] = (['away', 'slow', '409', '429', '500', 'watch-closed'] as const).map((action) => ({
  kind: 'api',
  action,
}));

function faultsOf(operation: Operation, shape: Shape): readonly Fault[] {
  // Compared with three networks, a pod with eight only has a longer record, so its journal is tested with single
  // plugins only.
  const files = shape.networks === 8 && shape.plugins === 'chained' ? [] : fileFaults(operation, shape);
  const api = operation === 'GC' ? [] : apiFaults;
  return [...pluginFaults(operation, shape), ...files, ...api];
}

/** All scenarios, in a stable order. */
export const allScenarios = (): readonly Scenario[] =>
  (['ADD', 'DEL', 'GC', 'reclaim', 'plug', 'unplug'] as const).flatMap((operation) =>
    shapesOf(operation).flatMap((shape) =>
      faultsOf(operation, shape).map((fault): Scenario => ({ operation, ...shape, fault })),
    ),
  );

// GC and reclaim use the same undo code as DEL, so one shape of each size suffices. A change of a running pod uses the
// code of ADD and DEL.
const shapesOf = (operation: Operation): readonly Shape[] =>
  isHotPlug(operation)
    ? [{ networks: 3, plugins: 'chained' }]
    : operation === 'ADD' || operation === 'DEL'
      ? shapes
      : shapes.filter(({ networks, plugins }) => (networks === 8 ? plugins === 'single' : plugins === 'chained'));

/**
 * A sample for a run at each change: every kind of fault at least once, and every class of fault for every operation.
 * GC and reclaim use the same undo code as DEL, so the kinds of a class are spread over the operations.
 */
export function someScenarios(all: readonly Scenario[]): readonly Scenario[] {
  const candidates = onePerKind(all);
  const kinds = new Set<string>();
  const choose = (scenario: Scenario): Scenario => {
    kinds.add(kindOf(scenario.fault));
    return scenario;
  };
  const isNew = ({ fault }: Scenario): boolean => !kinds.has(kindOf(fault));
  const classes = Map.groupBy(candidates, (scenario) => `${scenario.operation} ${classOf(scenario)}`);
  const ofClasses = [...classes.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [choose([first, ...more].find(isNew) ?? first)],
  );
  const ofKinds = candidates.flatMap((scenario) => (isNew(scenario) ? [choose(scenario)] : []));
  return [...ofClasses, ...ofKinds];
}

/** One scenario for every kind of fault of every operation, with three networks if there is one. */
function onePerKind(all: readonly Scenario[]): readonly Scenario[] {
  const keyOf = ({ operation, fault }: Scenario): string => `${operation} ${kindOf(fault)}`;
  const ofThree = all.filter(({ networks }) => networks === 3);
  return [...new Map([...all, ...ofThree].map((scenario) => [keyOf(scenario), scenario])).values()];
}
