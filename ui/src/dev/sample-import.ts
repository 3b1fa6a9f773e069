// A file with a login of nearly every kind, for the mock transport.
import type { ImportChoice, ImportResult, ImportRowView } from '../api/types';
import { at, days, uuid } from './samples';

function row(n: number, part: Partial<ImportRowView>): ImportRowView {
  return {
    row: n,
    file: 'accounts-export.json',
    format: 'sub2api',
    email: `seat-${n + 1}@example.net`,
    workspace_id: uuid(0x2000 + n),
    plan: 'plus',
    ends_at: null,
    access_token_only: false,
    fate: 'new_account',
    recommended: true,
    account: `codex-plus-${n + 4}`,
    reason: null,
    message: null,
    ...part,
  };
}

const left = { recommended: false, account: null } as const;

export const importRows = (): ImportRowView[] => [
  row(0, {}),
  row(1, { email: 'seat-1@example.net', plan: 'business_team', fate: 'other_workspace', account: 'codex-business-team-1' }),
  row(2, { access_token_only: true, ends_at: at(days(6)), format: 'chatgpt_session' }),
  row(3, { email: 'seat-4@example.net', fate: 'repairs', account: 'codex-team-4' }),
  row(4, { email: 'mai.tran@example.com', fate: 'repairs', recommended: false, account: 'codex-pro-1' }),
  row(5, { ...left, email: 'studio@example.com', fate: 'already_here', account: 'codex-pro-2' }),
  row(6, { ...left, fate: 'spent', reason: 'spent', message: 'Used up.' }),
  row(7, { ...left, email: null, workspace_id: null, plan: null, format: null, fate: 'refused', reason: 'api_key', message: 'This is an API key.' }),
];

export function importedRow({ row: n, name }: ImportChoice): ImportResult['rows'][number] {
  const known = importRows()[n];
  return { row: n, fate: known?.fate ?? 'refused', account: name ?? known?.account ?? null, reason: null, message: null };
}
