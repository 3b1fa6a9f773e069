// The engine's pool rules, as far as the mock needs them to refuse like the engine.
import type { Snapshot } from '../api/types';

export interface Breach {
  code: string;
  subject: string | null;
  detail: string;
}

export function checkPool(snapshot: Snapshot, owner: string, members: readonly string[]): Breach | null {
  for (const member of members) {
    if (member === owner) return { code: 'pool_self_reference', subject: member, detail: `“${member}” owns this pool and cannot be its member too.` };
    const account = snapshot.accounts.find((one) => one.name === member);
    if (!account) return { code: 'pool_unknown_account', subject: member, detail: `There is no account “${member}”. Take it out of the pool.` };
    if (account.pool && account.pool !== owner) {
      return { code: 'pool_member_elsewhere', subject: member, detail: `“${member}” is in the pool of “${account.pool}”. Take it out there first.` };
    }
  }
  return null;
}
