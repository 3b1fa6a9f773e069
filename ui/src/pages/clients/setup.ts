// What a person pastes into the Codex CLI's configuration, or into an environment, to use a key.
import type { IssuedKey } from '../../api/types';

/** A TOML basic string; JSON's escapes are a subset of TOML's. */
const quoted = (text: string) => JSON.stringify(text);

/**
 * Lines for the top of `~/.codex/config.toml`. Everything is a top-level key on a line of its own: a
 * `[table]` header there would swallow the person's own keys below it.
 */
export function codexConfig(issued: IssuedKey, comment: string): string {
  if (issued.client.key_kind === 'path') {
    return [`# ${comment}`, `openai_base_url = ${quoted(issued.base_url)}`].join('\n');
  }
  const provider = [
    'name = "Rockpool"',
    `base_url = ${quoted(issued.base_url)}`,
    `experimental_bearer_token = ${quoted(issued.key)}`,
    'supports_websockets = true',
  ].join(', ');
  return [`# ${comment}`, 'model_provider = "rockpool"', `model_providers.rockpool = { ${provider} }`].join('\n');
}

/** The variables that most other tools read; a path key needs no bearer, but such tools insist on one. */
export function environment(issued: IssuedKey): string {
  const key = issued.client.key_kind === 'path' ? 'unused' : issued.key;
  return [`export OPENAI_BASE_URL=${issued.base_url}`, `export OPENAI_API_KEY=${key}`].join('\n');
}
