// Where to find an engine that listens elsewhere than where this page came from.

/** The same place at the engine's present address, or null where this page is there already. */
export function movedTo(endpoint: string, page: string): string | null {
  const [engine, here] = [new URL(endpoint), new URL(page)];
  if (!here.protocol.startsWith('http') || engine.port === here.port) return null;
  return `${engine.origin}/${here.hash}`;
}
