/** Where credentials come from. */
export type CredentialSource = (
  | {
      readonly kind: 'kubeconfig';
      readonly file: string;
      /** Additional kubeconfigs, merged as in kubectl: earlier files take precedence. */
      readonly more?: readonly string[];
      /** Used instead of the current context. */
      readonly context?: string;
    }
  /** `root`: the folder with the pod's own files; default "/". */
  | { readonly kind: 'in-cluster'; readonly root?: string }
) & {
  /** The user to impersonate. */
  readonly as?: string;
};
