import type * as ofClaims from './catalogue-of-claims.ts';
import type * as ofDevices from './catalogue-of-devices.ts';
import type * as ofInstall from './catalogue-of-install.ts';
import type * as ofLink from './catalogue-of-link.ts';
import type * as ofRepairing from './catalogue-of-repairing.ts';
import type * as ofRunning from './catalogue-of-running.ts';
import type * as ofCalls from './catalogue.ts';
import { CatalogueError } from './plexus-error.ts';

type IdsIn<Module> = {
  [Name in keyof Module]: Module[Name] extends { readonly id: infer Id extends string } ? Id : never;
}[keyof Module];

/** Every identifier of the catalogue. */
export type ErrorId = IdsIn<
  typeof ofCalls &
    typeof ofClaims &
    typeof ofDevices &
    typeof ofInstall &
    typeof ofLink &
    typeof ofRepairing &
    typeof ofRunning
>;

/** An error of the catalogue, whichever. */
export type PlexusError = CatalogueError<ErrorId>;
/** For `instanceof`: errors are made by the functions of the catalogue. */
export const PlexusError: abstract new (...parts: never[]) => PlexusError = CatalogueError;
