/** One file of a folder of network configurations: what was read, or why not. */
export interface ConfFile {
  readonly path: string;
  readonly content: { readonly text: string } | { readonly problem: string };
}
/**
 * Where a path leads: a file with the plugins of the folder beside it (CNI-45), a folder with those by name of the
 * list, or nowhere.
 */
export type ConfPath =
  | { readonly kind: 'file'; readonly file: ConfFile; readonly siblings: readonly ConfFile[] }
  | {
      readonly kind: 'folder';
      readonly files: readonly ConfFile[];
      readonly siblings: Readonly<Record<string, readonly ConfFile[]>>;
    }
  | { readonly kind: 'missing'; readonly problem: string };
