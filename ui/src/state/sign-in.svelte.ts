// The sign-in dialog: which purpose it is open for, and the newest view of its sign-in.
import type { Api } from '../api/client';
import type { Transport } from '../api/transport';
import type { SignInState, SignInView, Snapshot } from '../api/types';

export type Purpose = { kind: 'add' } | { kind: 'repair'; account: string };

const IS_FINAL: Record<SignInState, boolean> = {
  waiting: false,
  exchanging: false,
  done: true,
  failed: true,
  cancelled: true,
  timed_out: true,
};

export function isFinal(view: SignInView): boolean {
  return IS_FINAL[view.state];
}

/** Sign-ins that still need the person. */
export function pendingOf(snapshot: Snapshot): SignInView[] {
  return snapshot.sign_ins.filter((view) => !isFinal(view));
}

/** The snapshot's view outranks the one held, save that an ended sign-in stays ended when the snapshot forgets it. */
export function newest(held: SignInView | null, snapshot: Snapshot | null): SignInView | null {
  if (!held) return null;
  if (isFinal(held)) return held;
  return snapshot?.sign_ins.find((view) => view.id === held.id) ?? held;
}

export class SignIn {
  purpose = $state.raw<Purpose | null>(null);
  view = $state.raw<SignInView | null>(null);
  /** What the engine said when it could not start. */
  refusal = $state<unknown>(null);

  constructor(
    private readonly api: Api,
    private readonly transport: Transport,
  ) {}

  /** Starts anew; for a purpose that is pending already, the engine shows its page again. */
  async open(purpose: Purpose): Promise<void> {
    this.purpose = purpose;
    this.view = null;
    await this.showPage();
  }

  async showPage(): Promise<void> {
    const purpose = this.purpose;
    if (!purpose) return;
    this.refusal = null;
    try {
      const view = await this.api.startSignIn(purpose.kind === 'repair' ? purpose.account : null);
      if (this.purpose !== purpose) return;
      this.view = view;
      if (this.transport.browser === 'page') await this.transport.openExternal?.(view.authorize_url);
    } catch (error) {
      this.refusal = error;
    }
  }

  /** Shows a sign-in that was started elsewhere. */
  show(view: SignInView): void {
    this.purpose = view.account ? { kind: 'repair', account: view.account } : { kind: 'add' };
    this.refusal = null;
    this.view = view;
  }

  follow(snapshot: Snapshot | null): void {
    const view = newest(this.view, snapshot);
    if (view !== this.view) this.view = view;
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
    this.view = null;
    this.refusal = null;
  }
}
