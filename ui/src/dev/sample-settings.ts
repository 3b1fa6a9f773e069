// The settings of a made-up engine, and how it takes a change.
import type { SettingsChange, SettingsView } from '../api/types';

const unset = <Value>(value: Value) => ({ value, default: value, source: 'default' as const });

/** Who can reach it, as far as pictures need. */
function reachOf(listen: string, hosts: string[], origins: string[]): SettingsView['reach'] {
  const scope = /^(127\.|\[::1\])/.test(listen) ? 'this_machine' : /^(0\.0\.0\.0|\[::\]):/.test(listen) ? 'all_networks' : 'one_address';
  return { scope, address: listen, hosts, origins, sentence: '' };
}

export function usualSettings(): SettingsView {
  return {
    listen: unset('127.0.0.1:7625'),
    hosts: unset<string[]>([]),
    origins: unset<string[]>([]),
    model_aliases: unset<string[]>([]),
    language: unset('system'),
    theme: unset('system'),
    proxy: unset('system'),
    account_proxies: unset<Record<string, string>>({}),
    ca_file: unset<string | null>(null),
    keep_requests: unset(10_000),
    keep_requests_days: unset(365),
    keep_quota_days: unset(14),
    keep_conversations_days: unset(90),
    vault: unset<SettingsView['vault']['value']>('keychain'),
    vault_state: { kind: 'keychain', file: null, state: 'ready', message: null },
    reach: reachOf('127.0.0.1:7625', [], []),
    endpoint: 'http://127.0.0.1:7625/v1',
    about: {
      version: '0.1.0',
      licence: 'MIT OR Apache-2.0',
      data_folder: '~/.local/share/rockpool',
      issuer: 'https://auth.openai.example/',
      backend: 'https://chatgpt.example/backend-api',
    },
  };
}

/** On the network, by further names, for pages, and out by proxies; the address was given at the start. */
export function networkSettings(): SettingsView {
  const usual = usualSettings();
  const chosen = {
    hosts: ['host.docker.internal', 'pool.a-very-long-name-of-an-office.example.com'],
    origins: ['tauri://localhost'],
    model_aliases: ['claude-*=gpt-6.2-sol', 'my editor:fast=gpt-5.6-luna'],
    proxy: 'http://proxy.office.example.com:3128',
    account_proxies: { 'codex-pro-1': 'socks5://127.0.0.1:1080' },
    keep_requests_days: 30,
  };
  const listen = { ...usual.listen, value: '0.0.0.0:7625', source: 'environment' as const, variable: 'ROCKPOOL_LISTEN' };
  const start: SettingsView = { ...movedTo(usual, 'file'), listen };
  return withReach(Object.entries(chosen).reduce<SettingsView>((view, [name, value]) => put(view, name, value), start));
}

function put(view: SettingsView, name: string, value: unknown): SettingsView {
  const held = (view as unknown as Record<string, { default: unknown }>)[name];
  const change = value === null ? { value: held?.default, source: 'default' } : { value, source: 'stored' };
  return { ...view, [name]: { ...held, ...change } };
}

/** After its logins were moved. */
export function movedTo(view: SettingsView, place: SettingsView['vault']['value']): SettingsView {
  const file = { path: `${view.about.data_folder}/vault.bin`, key: 'beside' as const };
  return {
    ...view,
    vault: { ...view.vault, value: place, source: 'stored' },
    vault_state: { kind: place, file: place === 'file' ? file : null, state: 'ready', message: null },
  };
}

const withReach = (view: SettingsView): SettingsView => ({
  ...view,
  reach: reachOf(view.listen.value, view.hosts.value, view.origins.value),
});

/** The settings after a change, or what is wrong with a field of it. */
export function changed(view: SettingsView, change: SettingsChange): SettingsView | { field: string; detail: string } {
  if (typeof change.listen === 'string' && !/:\d+$/.test(change.listen)) {
    return { field: 'listen', detail: `“${change.listen}” is no address; give an address and a port, such as 127.0.0.1:7625.` };
  }
  if (change.listen === '127.0.0.1:80') {
    return { field: 'listen', detail: '127.0.0.1:80 is in use by nginx (process 812); choose another port, or stop that program.' };
  }
  if (typeof change.proxy === 'string' && change.proxy.includes('@')) {
    return { field: 'proxy', detail: 'A name or password would be kept in the clear, so it is not taken here.' };
  }
  let next = view;
  for (const [name, value] of Object.entries(change)) {
    if (name !== 'account_proxies') next = put(next, name, value);
    else {
      const own = Object.entries({ ...view.account_proxies.value, ...(value as Record<string, string | null>) });
      next = put(next, name, Object.fromEntries(own.filter(([, proxy]) => proxy !== null)));
    }
  }
  return withReach(next);
}
