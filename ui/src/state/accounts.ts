// What follows from the accounts' states.
import type { AccountState, AccountView } from '../api/types';

/** What has to happen before an account serves again as it should. */
type Need = 'nothing' | 'time' | 'sign_in' | 'payment' | 'unlock' | 'person';

const NEEDS: Record<AccountState, Need> = {
  ready: 'nothing',
  paused: 'nothing',
  exhausted: 'time',
  rate_limited: 'time',
  unreachable: 'time',
  needs_reauth: 'sign_in',
  sign_in_uncertain: 'sign_in',
  missing_workspace: 'sign_in',
  billing: 'payment',
  vault_locked: 'unlock',
  forbidden: 'person',
};

const TAKES_A_PERSON: Record<Need, boolean> = {
  nothing: false,
  time: false,
  sign_in: true,
  payment: true,
  unlock: true,
  person: true,
};

/** Whether signing in again is the way out. */
export function wantsSignIn(state: AccountState): boolean {
  return NEEDS[state] === 'sign_in';
}

/** How many accounts a person has to deal with, for time will not cure them. */
export function countNeedingPerson(accounts: readonly AccountView[]): number {
  return accounts.filter((account) => TAKES_A_PERSON[NEEDS[account.state]]).length;
}

/** Mean of what is left over the accounts that are in use and whose quota is known, 0 to 100. */
export function levelOf(accounts: readonly AccountView[]): number | null {
  const left = accounts
    .filter((account) => account.state !== 'paused' && typeof account.remaining_percent === 'number')
    .map((account) => account.remaining_percent ?? 0);
  return left.length === 0 ? null : left.reduce((sum, percent) => sum + percent, 0) / left.length;
}
