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
    /** What is wrong with each field, where several can be. */
    readonly fields: readonly { field: string; detail: string }[] = [],
  ) {
    super(detail);
  }
}

function field(body: unknown, name: string): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const value = (body as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function fields(body: unknown): { field: string; detail: string }[] {
  const list = typeof body === 'object' && body !== null ? (body as { fields?: unknown }).fields : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((one) => {
    const [name, detail] = [field(one, 'field'), field(one, 'detail')];
    return name && detail ? [{ field: name, detail }] : [];
  });
}

/** From an answer's status and body; the body may come from something between here and the engine, so that it can be anything. */
export function problemFrom(status: number, body: unknown): Problem {
  const detail = field(body, 'detail') ?? field(body, 'title') ?? `HTTP ${status}`;
  return new Problem(status, field(body, 'code') ?? 'unknown', detail, field(body, 'subject'), fields(body));
}

/** What to show for anything that a call may throw. */
export function sentenceOf(error: unknown, unreachable: string): string {
  if (error instanceof Unreachable) return unreachable;
  return error instanceof Error ? error.message : String(error);
}
