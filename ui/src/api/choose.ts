// Finds out which host the page is in.
import type { Transport } from './transport';

/** A window has its engine at hand; a browser has to be signed in first. */
export type Host = { kind: 'window'; transport: Transport } | { kind: 'browser' };

export async function chooseHost(): Promise<Host> {
  if (import.meta.env.MODE === 'mock' || import.meta.env.DEV) {
    const scene = new URLSearchParams(location.search).get('scene') ?? 'usual';
    if (scene === 'browser') return { kind: 'browser' };
    const { mockTransport } = await import('../dev/mock');
    return { kind: 'window', transport: mockTransport(scene) };
  }
  if ('__TAURI_INTERNALS__' in window) {
    return { kind: 'window', transport: (await import('./transport.tauri')).tauriTransport() };
  }
  return { kind: 'browser' };
}
