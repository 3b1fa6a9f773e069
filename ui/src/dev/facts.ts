// What follows from an account's state, as the engine would say it.
import type { AccountState, AccountView, Needs, Remedy, Snapshot } from '../api/types';

interface Facts {
  needs: Needs;
  remedy: Remedy | null;
}

const FACTS: Record<AccountState, Facts> = {
  ready: { needs: 'nothing', remedy: null },
  paused: { needs: 'nothing', remedy: 'resume' },
  exhausted: { needs: 'time', remedy: 'wait_for_reset' },
  rate_limited: { needs: 'time', remedy: 'wait_a_moment' },
  unreachable: { needs: 'time', remedy: 'wait_for_retry' },
  needs_reauth: { needs: 'sign_in', remedy: 'sign_in' },
  sign_in_uncertain: { needs: 'sign_in', remedy: 'sign_in_soon' },
  missing_workspace: { needs: 'sign_in', remedy: 'pick_workspace' },
  forbidden: { needs: 'person', remedy: 'ask_provider' },
  billing: { needs: 'payment', remedy: 'check_billing' },
  vault_locked: { needs: 'unlock', remedy: 'unlock_keychain' },
};

export const factsOf = (state: AccountState): Facts => FACTS[state];

/** The snapshot with what follows from the states of its accounts. */
export function withFacts(snapshot: Snapshot): Snapshot {
  const accounts: AccountView[] = snapshot.accounts.map((account) => ({ ...account, ...factsOf(account.state) }));
  const waiting = accounts.filter(({ needs }) => needs !== 'nothing' && needs !== 'time');
  return { ...snapshot, accounts, needing_person: waiting.length };
}
