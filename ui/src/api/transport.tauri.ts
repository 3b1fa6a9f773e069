// Reaches the engine in the same process through the shell's one command and one event.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { copyInPage, Unreachable, type Reply, type Transport } from './transport';
import type { EngineEvent } from './types';

export function tauriTransport(): Transport {
  return {
    browser: 'engine',
    // The tray's name too: the same person clicks there.
    caller: 'desktop',
    async call(method, path, body) {
      try {
        const reply = await invoke<Reply>('api', { method, path, body: body ?? null });
        return { status: reply.status, body: reply.body ?? null };
      } catch (error) {
        throw new Unreachable(String(error));
      }
    },
    events(listener) {
      const stop = listen<EngineEvent>('engine', (event) => listener(event.payload));
      // Whatever happened before the listener stood is covered by one more reading.
      void stop.then(() => listener({ type: 'changed' }));
      return () => void stop.then((unlisten) => unlisten());
    },
    copy: copyInPage,
    autostart: {
      read: () => invoke<boolean>('autostart', { wanted: null }),
      write: (wanted) => invoke<boolean>('autostart', { wanted }),
    },
  };
}
