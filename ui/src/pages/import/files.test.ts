import { expect, it } from 'vitest';
import type { ImportRowView } from '../../api/types';
import { choicesOf, contentOf, tooLarge } from './files';

const row = (row: number, fate: ImportRowView['fate'], account: string | null = null): ImportRowView => ({
  row,
  file: null,
  format: 'codex_cli',
  email: null,
  workspace_id: null,
  plan: null,
  ends_at: null,
  access_token_only: false,
  fate,
  recommended: true,
  account,
  reason: null,
  message: null,
});

it('sends text as text, with its mark, and everything else byte by byte', () => {
  expect(contentOf(new TextEncoder().encode('\uFEFF{"ü":1}'))).toEqual({ content: '\uFEFF{"ü":1}', encoding: 'text' });
  expect(contentOf(new Uint8Array([0xff, 0xfe, 0x7b, 0]))).toEqual({ content: '//57AA==', encoding: 'base64' });
});

it('chooses what can be taken, a new account under the name that was typed, else the one that was shown', () => {
  const rows = [row(0, 'new_account', 'a'), row(1, 'refused'), row(2, 'new_account', 'b'), row(3, 'repairs', 'c'), row(4, 'new_account', 'd')];
  expect(choicesOf(rows, new Set([0, 1, 2, 3]), new Map([[2, ' mine ']]))).toEqual([
    { row: 0, name: 'a' },
    { row: 2, name: 'mine' },
    { row: 3 },
  ]);
});

it('knows files that are too large for one call', () => {
  expect(tooLarge([{ content: 'x'.repeat(1_300_000) }])).toBe(false);
  expect(tooLarge([{ content: 'x'.repeat(1_300_000) }, { content: 'x' }])).toBe(true);
});
