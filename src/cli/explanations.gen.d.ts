/** See src/make/explanations.ts. */
export declare const explanations: Readonly<
  Record<
    string,
    {
      readonly kind: string;
      readonly what: string;
      readonly fix: string;
      readonly code?: number;
      readonly retry?: string;
      readonly sections: readonly number[];
    }
  >
>;
export declare const sections: readonly { readonly title: string; readonly text: string }[];
