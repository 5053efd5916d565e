import type * as kinds from './kinds/index.ts';
import { CatalogueError } from './plexus-error.ts';

/** Every identifier of the catalogue. */
export type ErrorId = {
  [Name in keyof typeof kinds]: (typeof kinds)[Name] extends { readonly id: infer Id extends string } ? Id : never;
}[keyof typeof kinds];

/** Any error of the catalogue. */
export type PlexusError = CatalogueError<ErrorId>;
/** For `instanceof` only: the functions of the catalogue create errors. */
export const PlexusError: abstract new (...parts: never[]) => PlexusError = CatalogueError;
