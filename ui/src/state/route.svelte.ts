// Which page is shown; it stands in the fragment, so that the tray can open the window on a page.

export const PAGES = ['accounts', 'pool', 'requests', 'clients', 'settings'] as const;
export type Page = (typeof PAGES)[number];

/** A page, and what is shown in its place by addresses below its own. */
export interface Place {
  page: Page;
  /** Owner of the pool whose requests are replayed. */
  whatIf: string | null;
  /** Whether requests are shown in sums. */
  usage: boolean;
}

/** The address of the requests' sums. */
export const USAGE_ADDRESS = '#/requests/usage';

export function placeOf(hash: string): Place {
  const [name, part, owner] = hash.replace(/^#\/?/, '').split('/');
  const page = PAGES.find((one) => one === name) ?? 'accounts';
  return {
    page,
    whatIf: page === 'pool' && part === 'what-if' && owner ? named(owner) : null,
    usage: page === 'requests' && part === 'usage',
  };
}

/** The address of a pool's what-if. */
export function whatIfAddress(owner: string): string {
  return `#/pool/what-if/${encodeURIComponent(owner)}`;
}

/** The name that a part of the fragment stands for; a part that is no escape stands for itself. */
function named(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export class Route {
  #place = $state.raw<Place>(placeOf(location.hash));

  get page(): Page {
    return this.#place.page;
  }

  get whatIf(): string | null {
    return this.#place.whatIf;
  }

  get usage(): boolean {
    return this.#place.usage;
  }

  start(): () => void {
    const follow = () => {
      this.#place = placeOf(location.hash);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }
}
