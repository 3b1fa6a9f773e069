// The sign-in dialog: which purpose it is open for, by which way, and the newest view of its sign-in.
import type { Api } from '../api/client';
import type { Transport } from '../api/transport';
import type { SignInMethod, SignInState, SignInView, SignInWay, SignInWaysView, Snapshot } from '../api/types';

export type Purpose = { kind: 'add' } | { kind: 'repair'; account: string };

const IS_FINAL: Record<SignInState, boolean> = {
  waiting: false,
  exchanging: false,
  done: true,
  failed: true,
  cancelled: true,
  timed_out: true,
};

/** What the engine is asked for on each way. A pasted address ends a sign-in through a browser. */
const METHODS: Record<SignInWay, SignInMethod> = { browser: 'browser', device: 'device', paste: 'browser' };

/** Where the engine does not say which ways there are, as one of an older version. */
const USUAL: SignInWaysView = { machine: 'desktop', ways: ['browser', 'device', 'paste'], why: '', opens_browser: true };

export function isFinal(view: SignInView): boolean {
  return IS_FINAL[view.state];
}

/** Sign-ins that still need the person. */
export function pendingOf(snapshot: Snapshot): SignInView[] {
  return snapshot.sign_ins.filter((view) => !isFinal(view));
}

/**
 * The snapshot's view outranks the one held, save that an ended sign-in stays ended when the snapshot forgets it.
 * One that was listed before and is no more has ended unseen: the engine was started anew, or the machine slept.
 */
export function newest(held: SignInView | null, snapshot: Snapshot | null, wasListed: boolean): SignInView | null {
  if (!held) return null;
  if (isFinal(held) || !snapshot) return held;
  const listed = snapshot.sign_ins.find((view) => view.id === held.id);
  if (listed) return listed;
  return wasListed ? { ...held, state: 'failed', message: null } : held;
}

/** The way by which a pending sign-in goes on. */
function wayOf(view: SignInView): SignInWay {
  if (view.method === 'device') return 'device';
  return view.callback === 'paste_only' ? 'paste' : 'browser';
}

export class SignIn {
  purpose = $state.raw<Purpose | null>(null);
  view = $state.raw<SignInView | null>(null);
  /** Unknown until the dialog is opened for the first time. */
  ways = $state.raw<SignInWaysView | null>(null);
  way = $state<SignInWay>('browser');
  /** What the engine said when it could not start. */
  refusal = $state<unknown>(null);
  private wasListed = false;

  constructor(
    private readonly api: Api,
    private readonly transport: Transport,
  ) {}

  /** Starts anew by the best way; for a purpose that is pending already, the engine shows its page again. */
  async open(purpose: Purpose): Promise<void> {
    this.purpose = purpose;
    this.take(null);
    this.refusal = null;
    const ways = await this.waysHere();
    if (this.purpose !== purpose) return;
    this.way = ways.ways[0] ?? 'browser';
    await this.start();
  }

  /** Goes on by another way. What was begun and does not serve it is given up. */
  async choose(way: SignInWay): Promise<void> {
    if (way === this.way && this.view && !isFinal(this.view)) return;
    this.way = way;
    const before = this.view;
    if (before && !isFinal(before)) {
      if (before.method === METHODS[way]) {
        this.refusal = null;
        if (way === 'browser') await this.showPage();
        return;
      }
      this.take(null);
      await this.api.cancelSignIn(before.id).catch(() => undefined);
    }
    await this.start();
  }

  /** Opens the page that the person needs now, where this host can. */
  async showPage(): Promise<void> {
    const view = this.view;
    if (this.transport.browser === 'page' && view && !isFinal(view)) await this.transport.openExternal?.(view.authorize_url);
    else await this.begin('yes');
  }

  /** Shows a sign-in that was started elsewhere. */
  show(view: SignInView): void {
    this.purpose = view.account ? { kind: 'repair', account: view.account } : { kind: 'add' };
    this.refusal = null;
    this.take(view);
    this.way = wayOf(view);
    void this.waysHere();
  }

  follow(snapshot: Snapshot | null): void {
    const view = newest(this.view, snapshot, this.wasListed);
    this.wasListed ||= snapshot?.sign_ins.some((one) => one.id === view?.id) ?? false;
    if (view === this.view) return;
    this.view = view;
    if (view?.callback === 'paste_only' && this.way === 'browser') this.way = 'paste';
  }

  async paste(url: string): Promise<void> {
    if (this.view) this.view = await this.api.pasteCallback(this.view.id, url.trim());
  }

  async cancel(): Promise<void> {
    const view = this.view;
    this.hide();
    if (view && !isFinal(view)) await this.api.cancelSignIn(view.id);
  }

  hide(): void {
    this.purpose = null;
    this.take(null);
    this.refusal = null;
  }

  /** Begins by the chosen way. A page is opened at once only where it is all that is needed. */
  private async start(): Promise<void> {
    if (this.way !== 'browser') return this.begin('no');
    if (this.transport.browser === 'engine') return this.begin('yes');
    await this.begin('no');
    if (this.view && this.way === 'browser') await this.transport.openExternal?.(this.view.authorize_url);
  }

  private async begin(openBrowser: 'yes' | 'no'): Promise<void> {
    const { purpose, way } = this;
    if (!purpose) return;
    this.refusal = null;
    try {
      const view = await this.api.startSignIn(purpose.kind === 'repair' ? purpose.account : null, METHODS[way], openBrowser);
      if (this.purpose !== purpose) return;
      if (METHODS[this.way] !== view.method) {
        // Another way was chosen while this one was being begun.
        await this.api.cancelSignIn(view.id).catch(() => undefined);
        return;
      }
      this.take(view);
      if (view.callback === 'paste_only') this.way = 'paste';
    } catch (error) {
      if (this.purpose === purpose && this.way === way) this.refusal = error;
    }
  }

  private take(view: SignInView | null): void {
    if (view?.id !== this.view?.id) this.wasListed = false;
    this.view = view;
  }

  private async waysHere(): Promise<SignInWaysView> {
    this.ways ??= await this.api.signInWays().catch(() => USUAL);
    return this.ways;
  }
}
