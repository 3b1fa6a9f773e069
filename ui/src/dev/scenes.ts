// Named situations of the whole dashboard, for development, tests and pictures.
import type { AccountView, Snapshot } from '../api/types';
import {
  accountOf,
  at,
  days,
  healthOf,
  hours,
  minutes,
  usualAccounts,
  usualClients,
  usualPools,
  usualRequests,
  windowOf,
} from './samples';
import { withFacts } from './facts';
import { SITUATIONS } from './situations';

function usual(): Snapshot {
  return {
    version: '0.1.0',
    mode: 'normal',
    endpoint: 'http://127.0.0.1:7625/v1',
    taken_at: at(0),
    vault: { kind: 'keychain', file: null, state: 'ready', message: null },
    rehearsal: null,
    level_percent: 26,
    needing_person: 0,
    accounts: usualAccounts(),
    pools: usualPools(),
    clients: usualClients(),
    sign_ins: [],
    recent: usualRequests(),
  };
}

function empty(): Snapshot {
  return { ...usual(), level_percent: null, accounts: [], pools: [], clients: [], recent: [] };
}

/** The first account is there and nothing else yet: no quota, no tool, no request. */
function first(): Snapshot {
  const account = accountOf(1, 'codex-pro-1', {
    email: 'mai.tran@example.com',
    plan: null,
    readiness: 'fallback_only',
    windows: [],
    remaining_percent: null,
    quota_seen_at: null,
    quota_source: null,
    health: healthOf('idle', 0, 0, 0, 0),
    last_used_at: null,
  });
  return { ...empty(), accounts: [account] };
}

const TROUBLES: Partial<AccountView>[] = [
  { role: 'owner', pool: 'codex-01', display_name: 'Nguyễn Thị Phương Thảo – tài khoản văn phòng Thành phố Hồ Chí Minh' },
  { display_name: '開発チーム共用アカウント（東京オフィス・夜間バッチ処理用）', email: 'an.extraordinarily.long.mailbox.name.that.goes.on.and.on@subdomain.of.a.very-long-company-name.example.com' },
  { state: 'paused', readiness: 'blocked', plan: 'enterprise_usage_based_annual' },
  { state: 'exhausted', readiness: 'blocked', until: at(days(3.4)), remaining_percent: 0, windows: [windowOf('five_hour', 100, null), windowOf('weekly', 0, days(3.4)), windowOf('monthly', 12, days(12)), windowOf('other', 50, hours(9))] },
  { state: 'rate_limited', readiness: 'blocked', until: at(42_000), health: healthOf('degraded', 60, 75, 1, 4) },
  { state: 'needs_reauth', readiness: 'blocked', health: healthOf('critical', 0, 12, 11, 90) },
  { state: 'sign_in_uncertain', readiness: 'fallback_only' },
  { state: 'missing_workspace', readiness: 'blocked' },
  { state: 'forbidden', readiness: 'blocked', email: null },
  { state: 'billing', readiness: 'blocked', plan: null },
  { state: 'vault_locked', readiness: 'blocked', windows: [], remaining_percent: null, quota_seen_at: null, quota_source: null },
  { state: 'unreachable', readiness: 'fallback_only', until: at(minutes(4.2)), probe_at: at(minutes(2)), name: 'a-slug-that-somebody-made-far-too-long-to-fit-in-any-card-at-all' },
];

/** A dozen accounts, one for nearly every state, with the longest names that people have. */
function dozen(): Snapshot {
  const accounts = TROUBLES.map((trouble, index) => {
    const name = `codex-${String(index + 1).padStart(2, '0')}`;
    const member: Partial<AccountView> = index > 0 ? { role: 'member', pool: 'codex-01' } : {};
    return accountOf(index + 1, name, { ...member, ...trouble });
  });
  const [owner, ...members] = accounts.map((account) => account.name);
  const long = 'the-tool-with-the-very-long-name-on-the-build-machine-in-the-cellar';
  return {
    ...usual(),
    level_percent: 29,
    endpoint: 'http://rockpool-gateway.office.internal.example.com:17625/v1',
    accounts,
    pools: usualPools().map((pool) => ({ ...pool, owner: owner ?? '', extra_provider_names: members, last_account: members.at(-1) ?? null })),
    clients: usualClients().map((client, index) => ({ ...client, account: owner ?? '', name: index === 0 ? long : client.name })),
    recent: usualRequests().map((request, index) =>
      index === 0 ? { ...request, client: long, account: members.at(-1) ?? null, model: 'gpt-5.6-codex-extra-long-context-preview-2026-11-20' } : request,
    ),
  };
}

const scenes: Record<string, () => Snapshot> = {
  usual,
  empty,
  first,
  dozen,
  rehearsal: () => ({
    ...usual(),
    mode: 'rehearsal',
    endpoint: 'http://127.0.0.1:7725/v1',
    vault: { kind: 'memory', file: null, state: 'ready', message: null },
    rehearsal: { scene: 'login_ended', account: 'codex-team-4', at: at(0), page: 'accounts' },
  }),
  'key-beside': () => ({
    ...usual(),
    vault: { kind: 'file', file: { path: '/data/rockpool/vault.bin', key: 'beside' }, state: 'ready', message: null },
  }),
  'vault-exposed': () => ({
    ...usual(),
    vault: {
      kind: 'file',
      file: { path: '/data/rockpool/vault.bin', key: 'passphrase' },
      state: 'ready',
      message: 'others on this machine may read /run/secrets/passphrase; run `chmod 600 /run/secrets/passphrase`',
    },
  }),
  'vault-file': () => ({
    ...usual(),
    vault: {
      kind: 'file',
      file: { path: '/data/rockpool/vault.bin', key: 'beside' },
      state: 'failed',
      message: '/data/rockpool/vault.bin cannot be read: permission denied; Rockpool tries again at the next use',
    },
  }),
  vault: () => ({
    ...usual(),
    level_percent: 0,
    vault: { kind: 'keychain', file: null, state: 'locked', message: 'The login keyring is locked. Unlock it and Rockpool goes on by itself.' },
    accounts: usualAccounts().map((account) => ({ ...account, state: 'vault_locked', readiness: 'blocked' })),
  }),
  ...Object.fromEntries(Object.entries(SITUATIONS).map(([name, change]) => [name, () => change(usual())])),
};

export const SCENES: Record<string, () => Snapshot> = Object.fromEntries(
  Object.entries(scenes).map(([name, scene]) => [name, () => withFacts(scene())]),
);
