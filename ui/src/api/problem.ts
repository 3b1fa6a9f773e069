// A refusal by the management API (RFC 9457), as an error that pages can show.
import { Unreachable } from './transport';

export class Problem extends Error {
  override name = 'Problem';

  constructor(
    readonly status: number,
    /** Stable name of what is wrong. */
    readonly code: string,
    /** A sentence that a person can act on. */
    detail: string,
    /** The name that the problem is about. */
    readonly subject: string | null,
  ) {
    super(detail);
  }
}

function field(body: unknown, name: string): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const value = (body as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** From an answer's status and body; the body may come from something between here and the engine, so that it can be anything. */
export function problemFrom(status: number, body: unknown): Problem {
  const detail = field(body, 'detail') ?? field(body, 'title') ?? `HTTP ${status}`;
  return new Problem(status, field(body, 'code') ?? 'unknown', detail, field(body, 'subject'));
}

/** What to show for anything that a call may throw. */
export function sentenceOf(error: unknown, unreachable: string): string {
  if (error instanceof Unreachable) return unreachable;
  return error instanceof Error ? error.message : String(error);
}
