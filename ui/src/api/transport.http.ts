// Reaches the engine over HTTP: for the web dashboard and for tests against `rockpool serve`.
import { sseReader } from './sse';
import { copyInPage, Unreachable, type Transport } from './transport';
import type { EngineEvent } from './types';

/** Pauses between attempts to listen again, in milliseconds. */
const PAUSES = [500, 1000, 2000, 5000, 10_000];

/** A name that this tab keeps when it is loaded anew. */
function nameOfTab(): string {
  const key = 'rockpool.tab';
  const fresh = `tab-${Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  try {
    const known = sessionStorage.getItem(key) ?? fresh;
    sessionStorage.setItem(key, known);
    return known;
  } catch {
    // A browser that keeps nothing for the page: the name lasts until it is loaded anew.
    return fresh;
  }
}

/** A signed-in tab, and what is told to whoever holds it. */
export interface Session {
  token: string;
  /** The engine no longer takes the token. */
  ended(): void;
  /** The person signed out. */
  signedOut(): void;
}

/**
 * `base` is the origin of the engine, empty for the page's own. The session travels as a header,
 * never as a cookie: cookies are shared by all ports of a host.
 */
export function httpTransport(base: string, session: Session): Transport {
  const authorization = { authorization: `Bearer ${session.token}` };

  async function ask(path: string, init: RequestInit): Promise<Response> {
    const answer = await fetch(base + path, init);
    if (answer.status === 401) session.ended();
    return answer;
  }

  async function stream(listener: (event: EngineEvent) => void, signal: AbortSignal): Promise<void> {
    const headers = { ...authorization, accept: 'text/event-stream' };
    const answer = await ask('/api/v1/events', { headers, signal });
    if (!answer.ok || !answer.body) throw new Unreachable(`events answered ${answer.status}`);
    const feed = sseReader((data) => listener(JSON.parse(data) as EngineEvent));
    const decoder = new TextDecoder();
    const reader = answer.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      feed(decoder.decode(part.value, { stream: true }));
    }
  }

  return {
    browser: 'page',
    caller: nameOfTab(),
    async call(method, path, body) {
      try {
        const headers = body === undefined ? authorization : { ...authorization, 'content-type': 'application/json' };
        const payload = body === undefined ? null : JSON.stringify(body);
        const answer = await ask(path, { method, headers, body: payload });
        const text = await answer.text();
        return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
      } catch (error) {
        throw new Unreachable(String(error));
      }
    },
    events(listener) {
      const stopped = new AbortController();
      void (async () => {
        for (let failures = 0; !stopped.signal.aborted; failures += 1) {
          const heard = (event: EngineEvent) => {
            failures = -1;
            listener(event);
          };
          await stream(heard, stopped.signal).catch(() => undefined);
          if (stopped.signal.aborted) return;
          // Nothing else would notice that the engine is gone.
          listener({ type: 'changed' });
          const pause = PAUSES[Math.min(Math.max(failures, 0), PAUSES.length - 1)];
          await new Promise((resolve) => setTimeout(resolve, pause));
        }
      })();
      return () => stopped.abort();
    },
    copy: copyInPage,
    async signOut() {
      // First of all: the event stream, which ends with the session, must have nobody left to tell.
      session.signedOut();
      // Without an answer the session ends after idleness.
      await fetch(`${base}/api/v1/dashboard/sessions/current`, { method: 'DELETE', headers: authorization }).catch(() => null);
    },
    async openExternal(url) {
      window.open(url, '_blank', 'noopener,noreferrer');
    },
  };
}
