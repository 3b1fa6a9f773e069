// What the provider says of an account's quota beside its windows.
import { t, type Key } from '../../text/i18n.svelte';
import type { AccountView, CreditsView, SpendView } from '../../api/types';
import { whole } from '../../text/numbers';

/** Whether requests go on although a limit is reached: credits pay for them. */
export function onCredits(account: AccountView): boolean {
  return account.limit_reached === true && account.allowed === true;
}

/** What the provider says of the account as a whole, where that is out of the ordinary. */
export function verdictOf(account: AccountView): string | null {
  const key = verdictKey(account.allowed ?? null, account.limit_reached ?? null);
  return key === null ? null : t(key);
}

function verdictKey(allowed: boolean | null, reached: boolean | null): Key | null {
  if (reached) return allowed ? 'quota.verdict.credits' : 'quota.verdict.refused';
  return allowed === false ? 'quota.verdict.withheld' : null;
}

export function creditsText(credits: CreditsView): string {
  if (credits.unlimited) return t('quota.credits_unlimited');
  if (credits.has_credits == null) return credits.balance ? t('quota.credits_left', { balance: credits.balance }) : t('quota.credits_unknown');
  if (!credits.has_credits) return t('quota.credits_none');
  return credits.balance ? t('quota.credits_left', { balance: credits.balance }) : t('quota.credits_some');
}

/** The provider's own figures as far as there are any; `null` where there is none. */
export function spendText(spend: SpendView): string | null {
  const { limit, used } = spend;
  if (limit && used) return t('quota.spend_of', { used, limit });
  if (used) return t('quota.spend_used', { used });
  if (typeof spend.used_percent === 'number') return t('quota.spend_percent', { percent: whole(Math.round(spend.used_percent)) });
  return limit ? t('quota.spend_limit', { limit }) : null;
}

/**
 * Whether there is more to show than windows. That an account has no credits is no news by itself, nor is
 * it that a used-up one is not allowed.
 */
export function hasMore(account: AccountView): boolean {
  const { credits } = account;
  const usedUp = account.limit_reached === true && account.allowed !== true;
  return (
    account.extra_limits.length > 0 ||
    (credits != null && (credits.has_credits === true || credits.unlimited === true)) ||
    account.spend != null ||
    (account.reset_credits ?? 0) > 0 ||
    (!usedUp && verdictOf(account) !== null)
  );
}

/** Whether something in there holds requests back, so that it should not stay unseen. */
export function moreHoldsBack(account: AccountView): boolean {
  return account.spend?.reached === true || account.extra_limits.some((limit) => limit.limit_reached || limit.allowed === false);
}
