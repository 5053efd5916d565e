import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Enums, Models, SPDX, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { packagesOf } from '../notices.ts';
import type { DebianPackage } from './debian.ts';
import { type Arch, platforms } from './platforms.ts';

/** What a program of the image consists of. */
export interface Contents {
  readonly name: string;
  readonly version: string;
  readonly created: Date;
  readonly arch: Arch;
  /** The runtime that executes the program: a package of package-lock.json. */
  readonly runtime: NpmPackage;
  /** The source files of the bundle, relative to the repository. */
  readonly inputs: readonly string[];
  /** The packages with its libraries, shared and static, of this version of Debian. */
  readonly debian: readonly DebianPackage[];
  readonly debianVersion: string;
}
interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** The software bill of materials, CycloneDX 1.6 as JSON. Equal contents give equal bytes. */
export async function sbomOf(root: string, contents: Contents): Promise<string> {
  const { name, version, created, runtime, inputs, debian } = contents;
  const bundled = await Promise.all(packagesOf(inputs).map((folder) => manifestOf(join(root, folder))));
  // npm may install the same version of a package in two folders.
  const packages = new Map(bundled.map((each) => [`${each.name}@${each.version}`, each]));
  const own = npmComponent(Enums.ComponentType.Application, { name, version, license: 'Apache-2.0' });
  const components = [
    npmComponent(Enums.ComponentType.Platform, runtime),
    ...[...packages.values()].map((each) => npmComponent(Enums.ComponentType.Library, each)),
    ...debian.map((each) => debianComponent(each, contents)),
  ];
  for (const { bomRef } of components) own.dependencies.add(bomRef);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: own, timestamp: created }),
    components: new Models.ComponentRepository(components),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

async function manifestOf(folder: string): Promise<NpmPackage> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as NpmPackage;
}

function npmComponent(type: Enums.ComponentType, { name, version, license }: NpmPackage): Models.Component {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const component = new Models.Component(type, name, { version, purl, bomRef: purl });
  component.licenses.add(
    SPDX.isSupportedSpdxId(license) ? new Models.SpdxLicense(license) : new Models.LicenseExpression(license),
  );
  return component;
}

function debianComponent({ name, version }: DebianPackage, { arch, debianVersion }: Contents): Models.Component {
  const qualifiers = `arch=${platforms[arch].debian}&distro=debian-${debianVersion}`;
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?${qualifiers}`;
  return new Models.Component(Enums.ComponentType.Library, name, { version, purl, bomRef: purl });
}
