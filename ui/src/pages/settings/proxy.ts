// How a way out is spelled, and which kind it is.

export type ProxyKind = 'same' | 'system' | 'none' | 'address';

/** Of an account, null stands for the way of everybody. */
export function kindOf(value: string | null): ProxyKind {
  if (value === null) return 'same';
  return value === 'system' || value === 'none' ? value : 'address';
}

/** Whether one is stored that cannot be read, so that nothing goes out by it. */
export function isUnreadable(value: string | null): boolean {
  return value === 'unreadable';
}

/** The address, where there is one. */
export function addressOf(value: string | null): string {
  return kindOf(value) === 'address' && !isUnreadable(value) ? (value ?? '') : '';
}
