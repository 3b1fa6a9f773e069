// A link of `rockpool dashboard`, taken for a session.
import { Problem, problemFrom } from './problem';
import { Unreachable } from './transport';
import type { components } from './schema.gen';

type Redemption = components['schemas']['LinkRedemption'];
type Session = components['schemas']['DashboardSession'];

/** The token of the session. Rejects with `Problem` or `Unreachable`. */
export async function redeem(link: string): Promise<string> {
  const redemption: Redemption = { link };
  const { status, body } = await post('/api/v1/dashboard/sessions', redemption);
  if (status !== 201) throw problemFrom(status, body);
  return (body as Session).token;
}

async function post(path: string, content: unknown): Promise<{ status: number; body: unknown }> {
  try {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(content) });
    return { status: answer.status, body: await answer.json() };
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/** Takes the link out of the address, which is shown, kept in the history and copied. */
export function takeLink(): string | null {
  const link = new URLSearchParams(location.hash.slice(1)).get('link');
  if (link !== null) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

/** Why the dashboard is closed, in the words of the API or of this page. */
export const CLOSED = [
  'no_session',
  'signed_out',
  'session_ended',
  'link_unknown',
  'link_used',
  'link_expired',
  'not_this_machine',
  'too_many_tries',
  'unreachable',
  'refused',
] as const;
export type Closed = (typeof CLOSED)[number];

export function closedBy(error: unknown): Closed {
  if (!(error instanceof Problem)) return 'unreachable';
  return CLOSED.find((one) => one === error.code) ?? 'refused';
}
