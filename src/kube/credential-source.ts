/** Where credentials come from. */
export type CredentialSource =
  | {
      readonly kind: 'kubeconfig';
      readonly file: string;
      /** Further ones, merged as kubectl does: what an earlier one says wins. */
      readonly more?: readonly string[];
      /** In place of the current one. */
      readonly context?: string;
    }
  /** `root`: the folder that holds the pod's own files, "/" when left out. */
  | { readonly kind: 'in-cluster'; readonly root?: string };
