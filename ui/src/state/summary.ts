// Figures over all accounts.
import type { AccountView } from '../api/types';
import { wantsSignIn } from '../text/names';

/** Mean of what is left over the accounts that are in use and whose quota is known, 0 to 100. */
export function levelOf(accounts: readonly AccountView[]): number | null {
  const left = accounts
    .filter((account) => account.state !== 'paused' && typeof account.remaining_percent === 'number')
    .map((account) => account.remaining_percent ?? 0);
  return left.length === 0 ? null : left.reduce((sum, percent) => sum + percent, 0) / left.length;
}

/** Accounts that a person has to deal with, and time will not cure. */
export function attentionOf(accounts: readonly AccountView[]): number {
  const states = ['forbidden', 'billing', 'vault_locked'];
  return accounts.filter((account) => wantsSignIn(account.state) || states.includes(account.state)).length;
}
