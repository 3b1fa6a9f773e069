// Who is signed in to the dashboard in this tab of a browser.
import { closedBy, redeem, takeLink, type Closed } from '../api/session';
import { httpTransport } from '../api/transport.http';
import type { Transport } from '../api/transport';

const STORED = 'rockpool.session';

export type AccessState =
  | { kind: 'opening' }
  | { kind: 'open'; transport: Transport }
  /** `again` where the same link may still be good. */
  | { kind: 'closed'; why: Closed; again: boolean };

/** Closed for now: the link was not used up. */
const PASSING: readonly Closed[] = ['unreachable', 'too_many_tries'];

/**
 * The session is kept for the life of the tab, a reload included, and by no other tab. A link, in the address at the
 * start or pasted over it later, takes its place if it is good.
 */
export class Access {
  state = $state.raw<AccessState>({ kind: 'opening' });

  #link: string | null = null;

  constructor() {
    const link = takeLink();
    const stored = read();
    if (link !== null) void this.#redeem(link);
    else if (stored !== null) this.#open(stored);
    else this.#close('no_session');
  }

  /** Takes up links that are pasted over the address, until the returned function is called. */
  start(): () => void {
    const follow = () => {
      const link = takeLink();
      if (link !== null) void this.#redeem(link);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }

  /** Tries the last link once more. */
  async retry(): Promise<void> {
    if (this.#link !== null) await this.#redeem(this.#link);
  }

  async #redeem(link: string): Promise<void> {
    const before = this.state;
    this.#link = link;
    this.state = { kind: 'opening' };
    try {
      this.#open(await redeem(link));
      if (before.kind === 'open') void before.transport.signOut?.();
    } catch (error) {
      if (before.kind === 'open') this.state = before;
      else this.#close(closedBy(error));
    }
  }

  #open(token: string): void {
    this.#link = null;
    write(token);
    // An answer to an earlier session may come late; it says nothing of this one.
    const closes = (why: Closed) => () => {
      if (this.state.kind === 'open' && this.state.transport === transport) this.#close(why);
    };
    const transport: Transport = httpTransport('', {
      token,
      ended: closes('session_ended'),
      signedOut: closes('signed_out'),
    });
    this.state = { kind: 'open', transport };
  }

  #close(why: Closed): void {
    write(null);
    this.state = { kind: 'closed', why, again: this.#link !== null && PASSING.includes(why) };
  }
}

// A browser may be told to keep nothing; then a reload needs a new link.
function read(): string | null {
  try {
    return sessionStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function write(token: string | null): void {
  try {
    if (token === null) sessionStorage.removeItem(STORED);
    else sessionStorage.setItem(STORED, token);
  } catch {
    return;
  }
}
