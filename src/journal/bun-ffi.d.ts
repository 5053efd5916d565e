/** The part of Bun's foreign function interface that byte-locks.ts uses in the one-file build. */
declare module 'bun:ffi' {
  export const ptr: (view: ArrayBufferView) => number;
  export const dlopen: (
    library: string,
    symbols: { readonly fcntl: { readonly args: readonly ['i32', 'i32', 'ptr']; readonly returns: 'i32' } },
  ) => { readonly symbols: { readonly fcntl: (fd: number, command: number, lock: number) => number } };
}
