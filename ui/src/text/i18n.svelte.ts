// One catalogue per language: plain keys, {placeholders}, and `.one`/`.other` for counts.
import en from '../i18n/en.json';

export type Key = keyof typeof en;
/** A key without its plural ending. */
export type CountKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;
type Values = Record<string, string | number>;
type Catalogue = Record<Key, string>;

export const LANGUAGES = ['en', 'vi', 'zh', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

/** English comes with the bundle, as the language to fall back on; the others are loaded when they are wanted. */
const loaders = import.meta.glob<Catalogue>(['../i18n/*.json', '!../i18n/en.json'], { import: 'default' });

/** What stands between two sentences. */
const SENTENCE_GAP: Record<Language, string> = { en: ' ', vi: ' ', zh: '', ja: '' };

let current = $state.raw<{ language: Language; texts: Catalogue }>({ language: 'en', texts: en });

/** The first wish that a catalogue answers, else English. */
export function pickLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const primary = wish.toLowerCase().split('-')[0];
    const found = LANGUAGES.find((language) => language === primary);
    if (found) return found;
  }
  return 'en';
}

export async function useLanguage(language: Language): Promise<void> {
  const load = loaders[`../i18n/${language}.json`];
  current = { language, texts: load ? await load() : en };
  if (typeof document !== 'undefined') document.documentElement.lang = language;
}

/** For `Intl`: the person's own variant of the language in use, such as `en-GB`. */
export function locale(): string {
  const variants = typeof navigator === 'undefined' ? [] : (navigator.languages ?? []);
  return variants.find((variant) => variant.split('-')[0] === current.language) ?? current.language;
}

/** Sentences as a text, set as the language in use sets them. */
export function asText(sentences: readonly string[]): string {
  return sentences.join(SENTENCE_GAP[current.language]);
}

/** A name as it stands by itself, such as in a badge; the catalogue writes names as they read within a sentence. */
export function capitalised(name: string): string {
  const [first = ''] = name;
  return first.toLocaleUpperCase(current.language) + name.slice(first.length);
}

function has(key: string): key is Key {
  return Object.hasOwn(en, key);
}

export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function t(key: Key, values: Values = {}): string {
  return fill(current.texts[key] ?? en[key], values);
}

/** For keys that are put together from the engine's names, of which there may be more than the catalogue knows. */
export function tMaybe<Wanted extends string>(key: Wanted, values: Values = {}): string | null {
  return has(key) ? t(key, values) : null;
}

/** The form that the language has for `n`; `{n}` is filled in. */
export function tCount(stem: CountKey, n: number, values: Values = {}): string {
  const form = new Intl.PluralRules(current.language).select(n) === 'one' ? 'one' : 'other';
  return t(`${stem}.${form}` as Key, { n, ...values });
}
