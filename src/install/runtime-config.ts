import { parse as parseToml } from 'smol-toml';

/** The CNI settings in one configuration file of a container runtime. */
export interface CniSection {
  readonly confDir?: string;
  readonly binDirs?: readonly string[];
  /** How many configurations the runtime loads; containerd only. */
  readonly maxConfNum?: number;
  /** Whether the runtime does not serve pods, as in the containerd that Docker ships. */
  readonly isOff?: true;
  /** Further files (patterns) to read after this one; containerd only. */
  readonly imports: readonly string[];
}

/** The location of CNI settings in containerd's configuration versions 1, 2 and 3. */
const containerdPlaces = [
  ['plugins', 'cri', 'cni'],
  ['plugins', 'io.containerd.grpc.v1.cri', 'cni'],
  ['plugins', 'io.containerd.cri.v1.runtime', 'cni'],
] as const;

// An integer of more than 53 bits is no reason to reject a configuration.
const parse = (toml: string): unknown => parseToml(toml, { integersAsBigInt: 'asNeeded' });

const criNames = ['cri', 'io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.runtime'];

/** Reads the CNI settings of a containerd configuration of any version. Throws the TOML parser's error. */
export function containerdSection(toml: string): CniSection {
  const json = tableAt(parse(toml), []);
  const section = Object.assign({}, ...containerdPlaces.map((place) => tableAt(json, place))) as Readonly<
    Record<string, unknown>
  >;
  const { max_conf_num: maxConfNum } = section;
  return {
    ...pathsOf(section['conf_dir'], section['bin_dirs'], section['bin_dir']),
    ...(typeof maxConfNum === 'number' && { maxConfNum }),
    ...(stringsIn(json['disabled_plugins']).some((each) => criNames.includes(each)) && { isOff: true as const }),
    imports: stringsIn(json['imports']),
  };
}

/** Reads the CNI settings of CRI-O's crio.conf or a file in crio.conf.d. Throws the TOML parser's error. */
export function crioSection(toml: string): CniSection {
  const network = tableAt(parse(toml), ['crio', 'network']);
  return { ...pathsOf(network['network_dir'], network['plugin_dirs'], network['plugin_dir']), imports: [] };
}

/** Merges the settings of several files; later files take precedence. */
export const merged = (sections: readonly CniSection[]): CniSection =>
  Object.assign({ imports: [] }, ...sections) as CniSection;

function tableAt(json: unknown, place: readonly string[]): Readonly<Record<string, unknown>> {
  const found = place.reduce<unknown>((value, key) => (isTable(value) ? value[key] : undefined), json);
  return isTable(found) ? found : {};
}

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The list is the newer key and takes precedence over the single folder. */
function pathsOf(confDir: unknown, list: unknown, single: unknown): Pick<CniSection, 'confDir' | 'binDirs'> {
  const binDirs = [stringsIn(list), stringsIn([single])].find((each) => each.length > 0);
  const [dir] = stringsIn([confDir]);
  return { ...(dir !== undefined && { confDir: dir }), ...(binDirs !== undefined && { binDirs }) };
}

const stringsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string' && each !== '') : [];
