/** One open watch, as the server object sees it. */
export interface OpenWatch {
  bookmark(): void;
  end(): void;
  expire(): void;
  truncate(): void;
}

/** The watches that are open now. */
export interface Watches {
  readonly open: Set<OpenWatch>;
  each(action: (watch: OpenWatch) => void): void;
}

export function makeWatches(): Watches {
  const open = new Set<OpenWatch>();
  return {
    open,
    each(action) {
      for (const watch of open) action(watch);
    },
  };
}
