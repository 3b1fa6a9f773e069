// The management API as typed functions over a transport.
import { problemFrom } from './problem';
import type { Method, Transport } from './transport';
import type { AccountView, ClientView, IssuedKey, KeyKind, OverrideMode, PoolChange, PoolView, SignInView, Snapshot, WhatIfView } from './types';

export interface NewClient {
  name: string;
  account: string;
  key_kind: KeyKind;
  override_mode?: OverrideMode;
  strategy?: string;
}

export interface ClientPatch {
  name?: string;
  account?: string;
  override_mode?: OverrideMode;
  strategy?: string;
}

export interface AccountPatch {
  name?: string;
  display_name?: string;
  state?: 'active' | 'paused';
}

export type Api = ReturnType<typeof createApi>;

export function createApi(transport: Transport) {
  async function call<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
    const reply = await transport.call(method, `/api/v1${path}`, body);
    if (reply.status >= 400) throw problemFrom(reply);
    return reply.body as Answer;
  }
  const named = (root: string, name: string, rest = '') => `${root}/${encodeURIComponent(name)}${rest}`;

  return {
    status: () => call<Snapshot>('GET', '/status'),

    startSignIn(account: string | null) {
      const open_browser = transport.browser === 'engine' ? 'yes' : 'no';
      return call<SignInView>('POST', '/sign-ins', account === null ? { open_browser } : { account, open_browser });
    },
    cancelSignIn: (id: string) => call<unknown>('DELETE', named('/sign-ins', id)),
    pasteCallback: (id: string, url: string) => call<SignInView>('POST', named('/sign-ins', id, '/callback'), { url }),

    updateAccount: (name: string, patch: AccountPatch) => call<AccountView>('PATCH', named('/accounts', name), patch),
    removeAccount: (name: string) => call<unknown>('DELETE', named('/accounts', name)),
    refreshQuota: (name: string) => call<AccountView>('POST', named('/accounts', name, '/quota')),

    savePool: (owner: string, change: PoolChange) => call<PoolView>('PUT', named('/pools', owner), change),
    removePool: (owner: string) => call<unknown>('DELETE', named('/pools', owner)),
    /** Places the pool's recorded requests anew, as if the accounts `without` were not in it. */
    whatIf(owner: string, without: readonly string[]) {
      const query = without.length > 0 ? `?without=${without.map(encodeURIComponent).join(',')}` : '';
      return call<WhatIfView>('GET', named('/pools', owner, `/what-if${query}`));
    },

    addClient: (client: NewClient) => call<IssuedKey>('POST', '/clients', client),
    updateClient: (name: string, patch: ClientPatch) => call<ClientView>('PATCH', named('/clients', name), patch),
    rotateKey: (name: string) => call<IssuedKey>('POST', named('/clients', name, '/key')),
    removeClient: (name: string) => call<unknown>('DELETE', named('/clients', name)),
  };
}
