/** Licences of packages that are part of what we ship. */
const shipped = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'Unlicense', 'CC0-1.0', 'PSF-2.0'];
/** Further licences, of packages that only build or test. */
const tools = ['MPL-2.0', 'Python-2.0'];

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

/** Problems of the packages in a package-lock.json: no version, no hash, or a licence that is not on the list. */
export function dependencyProblems(packages: Readonly<Record<string, LockedPackage>>): readonly string[] {
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .flatMap(([path, { version, integrity, license = 'none', dev = false }]) => [
      ...(version === undefined || integrity === undefined ? [`${path}: package-lock.json lacks its hash`] : []),
      ...(shipped.includes(license) || (dev && tools.includes(license))
        ? []
        : [`${path}: licence ${license} is not on the list of src/make/dependencies.ts`]),
    ]);
}
