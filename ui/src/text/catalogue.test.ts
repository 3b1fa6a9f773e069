import { describe, expect, it } from 'vitest';
import openapi from '../../../docs/openapi.json';
import en from '../i18n/en.json';
import { LANGUAGES } from './i18n.svelte';

const catalogues = import.meta.glob<Record<string, string>>('../i18n/*.json', { import: 'default', eager: true });
const others = LANGUAGES.filter((language) => language !== 'en').map(
  (language): [string, Record<string, string>] => [language, catalogues[`../i18n/${language}.json`] ?? {}],
);
interface NamedSet {
  enum?: string[];
  oneOf?: { enum: string[] }[];
}
const schemas = openapi.components.schemas as unknown as Record<string, NamedSet>;
const namesOf = (set: NamedSet) => set.enum ?? set.oneOf?.flatMap((one) => one.enum) ?? [];
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

it('offers every language that has a catalogue', () => {
  const files = Object.keys(catalogues).map((path) => path.replace(/^.*\/|\.json$/g, ''));
  expect(files.sort()).toEqual([...LANGUAGES].sort());
});

describe.each(others)('the catalogue of %s', (_, catalogue) => {
  it('has exactly the keys of the English one, in the same order', () => {
    expect(Object.keys(catalogue)).toEqual(Object.keys(en));
  });

  it('has the same placeholders in each text', () => {
    for (const [key, text] of Object.entries(en)) {
      expect([key, placeholders(catalogue[key] ?? '')]).toEqual([key, placeholders(text)]);
    }
  });

  it('leaves no text empty and none of the sentences in English', () => {
    for (const [key, text] of Object.entries(catalogue)) {
      expect(text.trim(), key).not.toBe('');
      const english = (en as Record<string, string>)[key] ?? '';
      if (english.split(' ').length > 3) expect(text, key).not.toBe(english);
    }
  });
});

describe('the English catalogue', () => {
  it('has both forms of each count', () => {
    const keys = new Set(Object.keys(en));
    for (const key of keys) {
      if (key.endsWith('.one')) expect(keys, key).toContain(key.replace(/one$/, 'other'));
    }
  });

  it('explains each strategy, each way to treat conversations and each override in a sentence', () => {
    for (const [schema, prefix] of [['Strategy', 'strategy'], ['Conversations', 'conversations'], ['OverrideMode', 'override'], ['Delivery', 'delivery']]) {
      for (const name of namesOf(schemas[schema ?? ''] ?? {})) expect((en as Record<string, string>)[`${prefix}.${name}.text`], name).toMatch(/\.$/);
    }
  });

  it('has a reason for each state that can move a conversation', () => {
    for (const name of namesOf(schemas.AccountState ?? {}).filter((state) => state !== 'ready')) {
      expect(Object.keys(en)).toContain(`reason.${name}`);
    }
  });

  it('has a name for every closed set that the engine speaks of', () => {
    const sets: [string, string][] = [
      ['AccountState', 'state'],
      ['Remedy', 'remedy'],
      ['RehearsalScene', 'rehearsal.scene'],
      ['RehearsalPage', 'nav'],
      ['HealthState', 'health'],
      ['Source', 'source'],
      ['Strategy', 'strategy'],
      ['WindowKind', 'window'],
      ['ReadinessView', 'readiness'],
      ['RoleView', 'role'],
      ['Conversations', 'conversations'],
      ['OverrideMode', 'override'],
      ['AffinityKind', 'affinity'],
      ['Delivery', 'delivery'],
      ['OutcomeClass', 'outcome'],
      ['Placement', 'placement'],
      ['Placement', 'placed'],
    ];
    for (const [schema, prefix] of sets) {
      const names = namesOf(schemas[schema] ?? {});
      expect(names.length, schema).toBeGreaterThan(1);
      for (const name of names) expect(Object.keys(en)).toContain(`${prefix}.${name}`);
    }
  });
});
