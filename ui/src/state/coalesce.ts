// Many reasons to read again, one reading at a time.

/**
 * Returns a function that runs `read`; calls that come while one runs lead to exactly one more run
 * after it, `gap` milliseconds later at the earliest.
 */
export function coalesce(read: () => Promise<void>, gap: number): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  const run = (): Promise<void> => {
    running = read().finally(() => {
      running = null;
    });
    return running;
  };

  return () => {
    if (!running && !next) return run();
    next ??= (running ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => new Promise((resolve) => setTimeout(resolve, gap)))
      .then(() => {
        next = null;
        return run();
      });
    return next;
  };
}
