// The engine as the pages see it: a snapshot first, then one more reading for each burst of events.
import type { Api } from '../api/client';
import type { Transport } from '../api/transport';
import type { EngineEvent, SettingsView, Snapshot } from '../api/types';
import { instant } from '../text/time';
import { coalesce } from './coalesce';

/** Least pause between two readings, in milliseconds. */
const GAP = 150;
/** Pauses before reading again while the engine does not answer, in milliseconds. */
const RETRIES = [1000, 2000, 5000, 10_000];
/** A smaller difference between two clocks is reading time, not skew. */
const SKEW = 2000;

export type Phase = 'loading' | 'ready' | 'unreachable';

/** What to add to the local clock to get the engine's. */
export function skew(takenAt: string, localNow: number): number {
  const difference = (instant(takenAt) ?? localNow) - localNow;
  return Math.abs(difference) < SKEW ? 0 : difference;
}

export class Engine {
  phase = $state<Phase>('loading');
  snapshot = $state.raw<Snapshot | null>(null);
  /** What is set; read at the start, when the engine says so, and once it answers again. */
  settings = $state.raw<SettingsView | null>(null);
  /** The engine's time in milliseconds since 1970; moves once a second while the page is visible. */
  now = $state(Date.now());

  #offset = 0;
  #failures = 0;
  #stale = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #read: () => Promise<void>;

  constructor(
    private readonly api: Api,
    private readonly transport: Transport,
  ) {
    this.#read = coalesce(() => this.#readSnapshot(), GAP);
  }

  /** Reads, listens and ticks until the returned function is called. */
  start(): () => void {
    void this.refresh();
    const stopListening = this.transport.events((event) => this.#onEvent(event));
    const timer = setInterval(() => this.#tick(), 1000);
    const onVisible = () => this.#onVisible();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      stopListening();
      clearInterval(timer);
      clearTimeout(this.#retry);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }

  /** Resolves once what is shown is no older than this call. */
  refresh(): Promise<void> {
    return this.#read();
  }

  /** Nobody looks at a hidden page: it reads once when it is shown again. */
  #onEvent(event: EngineEvent): void {
    if (event.type === 'settings') void this.#readSettings(event.endpoint);
    if (document.hidden) this.#stale = true;
    else void this.refresh();
  }

  #onVisible(): void {
    this.#tick();
    if (document.hidden || !this.#stale) return;
    this.#stale = false;
    void this.refresh();
  }

  #tick(): void {
    if (!document.hidden) this.now = Date.now() + this.#offset;
  }

  /** What cannot be read now is read when the engine answers again. */
  async #readSettings(endpoint?: string): Promise<void> {
    this.settings = await this.api.settings().catch(() => this.settings);
    // An engine that moved away still says where to, and nothing else.
    if (endpoint && this.settings) this.settings = { ...this.settings, endpoint };
  }

  async #readSnapshot(): Promise<void> {
    clearTimeout(this.#retry);
    try {
      const snapshot = await this.api.status();
      this.#failures = 0;
      this.#offset = skew(snapshot.taken_at, Date.now());
      this.snapshot = snapshot;
      if (this.phase !== 'ready') void this.#readSettings();
      this.phase = 'ready';
      this.#tick();
    } catch {
      this.phase = 'unreachable';
      const pause = RETRIES[Math.min(this.#failures, RETRIES.length - 1)];
      this.#failures += 1;
      this.#retry = setTimeout(() => void this.refresh(), pause);
    }
  }
}
