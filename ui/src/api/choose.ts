// Picks the transport for the host that the page finds itself in.
import type { Transport } from './transport';

export async function chooseTransport(): Promise<Transport> {
  if (import.meta.env.MODE === 'mock' || import.meta.env.DEV) {
    const { mockTransport } = await import('../dev/mock');
    return mockTransport(new URLSearchParams(location.search).get('scene') ?? 'usual');
  }
  if ('__TAURI_INTERNALS__' in window) {
    return (await import('./transport.tauri')).tauriTransport();
  }
  // The session arrives in the fragment, which no server and no log ever sees, and leaves the address bar at once.
  const session = new URLSearchParams(location.hash.slice(1)).get('session');
  if (session) history.replaceState(null, '', location.pathname + location.search);
  return (await import('./transport.http')).httpTransport('', session);
}
