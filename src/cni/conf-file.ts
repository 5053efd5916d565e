/** One file of a folder of network configurations: its content, or why it could not be read. */
export interface ConfFile {
  readonly path: string;
  readonly content: { readonly text: string } | { readonly problem: string };
}
/**
 * What a path leads to: a file with the plugins of the folder beside it (CNI-45); a folder, with those plugins by list
 * name; or nothing.
 */
export type ConfPath =
  | { readonly kind: 'file'; readonly file: ConfFile; readonly siblings: readonly ConfFile[] }
  | {
      readonly kind: 'folder';
      readonly files: readonly ConfFile[];
      readonly siblings: Readonly<Record<string, readonly ConfFile[]>>;
    }
  | { readonly kind: 'missing'; readonly problem: string };
