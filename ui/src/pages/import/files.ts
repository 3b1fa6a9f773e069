// From what a person picks, drops or pastes to what the engine reads.
import type { ImportChoice, ImportFile, ImportRowView } from '../../api/types';

/** The engine reads files of 1 MiB, and takes 2 MiB in one call. */
export const MOST_BYTES = 1_300_000;

/** The bytes as text where they are UTF-8, else in Base64: PowerShell writes UTF-16. */
export function contentOf(bytes: Uint8Array): Pick<ImportFile, 'content' | 'encoding'> {
  try {
    return { content: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), encoding: 'text' };
  } catch {
    const letters = Array.from(bytes, (byte) => String.fromCharCode(byte));
    return { content: btoa(letters.join('')), encoding: 'base64' };
  }
}

export async function filesOf(picked: Iterable<File>): Promise<ImportFile[]> {
  const files = [];
  for (const file of picked) files.push({ name: file.name, ...contentOf(new Uint8Array(await file.arrayBuffer())) });
  return files;
}

export const tooLarge = (files: readonly ImportFile[]) => files.reduce((sum, file) => sum + file.content.length, 0) > MOST_BYTES;

const TAKEABLE: readonly string[] = ['new_account', 'other_workspace', 'repairs'];
export const canBeTaken = (row: Pick<ImportRowView, 'fate'>) => TAKEABLE.includes(row.fate);
export const isNew = (row: Pick<ImportRowView, 'fate'>) => row.fate === 'new_account' || row.fate === 'other_workspace';

/** The chosen rows in the order of the table, new accounts under the names that were shown or typed. */
export function choicesOf(rows: readonly ImportRowView[], chosen: ReadonlySet<number>, names: ReadonlyMap<number, string>): ImportChoice[] {
  return rows
    .filter((row) => chosen.has(row.row) && canBeTaken(row))
    .map((row) => (isNew(row) ? { row: row.row, name: (names.get(row.row) ?? row.account ?? '').trim() || null } : { row: row.row }));
}
