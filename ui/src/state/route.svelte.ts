// Which page is shown; it stands in the fragment, so that the tray can open the window on a page.

export const PAGES = ['accounts', 'pool', 'requests', 'clients'] as const;
export type Page = (typeof PAGES)[number];

export function pageOf(hash: string): Page {
  const name = hash.replace(/^#\/?/, '');
  return PAGES.find((page) => page === name) ?? 'accounts';
}

export class Route {
  page = $state<Page>(pageOf(location.hash));

  start(): () => void {
    const follow = () => {
      this.page = pageOf(location.hash);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }
}
