import { expect, it } from 'vitest';
import { usualClients } from '../../dev/samples';
import { codexConfig, environment } from './setup';

const [path, bearer] = usualClients();

it('a bearer key becomes three lines of top-level keys', () => {
  const issued = { client: bearer!, key: 'rp_abc', base_url: 'http://127.0.0.1:7625/v1' };
  expect(codexConfig(issued, 'undo').split('\n')).toEqual([
    '# undo',
    'model_provider = "rockpool"',
    'model_providers.rockpool = { name = "Rockpool", base_url = "http://127.0.0.1:7625/v1", experimental_bearer_token = "rp_abc", supports_websockets = true }',
  ]);
  expect(environment(issued)).toContain('OPENAI_API_KEY=rp_abc');
});

it('a path key becomes the base address of the built-in provider', () => {
  const issued = { client: path!, key: 'rpu_abc', base_url: 'http://127.0.0.1:7625/k/rpu_abc/v1' };
  expect(codexConfig(issued, 'undo')).toBe('# undo\nopenai_base_url = "http://127.0.0.1:7625/k/rpu_abc/v1"');
  expect(environment(issued)).not.toContain('OPENAI_API_KEY=rpu');
});
