// The whole surface by which the dashboard reaches its host; nothing else knows what the host is.
//
// The same pages run in the desktop shell, which has the engine in its own process and lets no page open a
// connection, and in a browser, which reaches it over HTTP. A further host is one more implementation of
// `Transport`; tests and development use one without an engine.
import type { EngineEvent } from './types';

/** An answer of the management API, whatever its status. */
export interface Reply {
  status: number;
  /** Parsed JSON; `null` for an empty answer. */
  body: unknown;
}

/** Thrown by `call` when there was no answer at all. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

export interface Transport {
  /**
   * Who shows the provider's sign-in page: the engine, on the machine it runs on,
   * or this page, in a tab of the person's own browser.
   */
  readonly browser: 'engine' | 'page';
  /** Who this is to the engine, so that two tabs have a sign-in each, and a second click in one has none. */
  readonly caller: string;
  /** Calls a route of `/api/v1`; the path bears its query. Rejects with `Unreachable` only. */
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Listens until the returned function is called. After a gap in the stream it reports `changed`. */
  events(listener: (event: EngineEvent) => void): () => void;
  /** Puts text on the clipboard. */
  copy(text: string): Promise<void>;
  /** Ends the session of this browser, where there is one. */
  signOut?(): Promise<void>;
  /** Whether the app starts with the system, for hosts that can be started so. */
  readonly autostart?: {
    read(): Promise<boolean>;
    /** Rejects with a sentence; resolves with what holds now. */
    write(wanted: boolean): Promise<boolean>;
  };
  /** Opens a page outside the dashboard, where the host can. */
  openExternal?(url: string): Promise<void>;
}

/** A copy through the clipboard API, or through a selection where the host forbids that API. */
export async function copyInPage(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.setAttribute('readonly', '');
    area.className = 'visually-hidden';
    // An open modal dialog makes everything outside it inert, and inert text cannot be selected.
    const parent = document.querySelector('dialog[open]') ?? document.body;
    const before = document.activeElement;
    parent.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    if (before instanceof HTMLElement) before.focus();
    if (!copied) throw new Error('the clipboard is not available');
  }
}
