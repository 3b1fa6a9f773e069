// Tools on a machine, as the mock engine finds and connects them.
import type { SnippetView, ToolPreview, ToolView } from '../api/types';
import { at } from './samples';

function toolOf(name: string, title: string, part: Partial<ToolView> = {}): ToolView {
  return {
    name, title, found: [], state: 'not_connected', edited: [], client: null, connected_at: null, needs_model: false,
    model: null, own_login: null, problem: null, ...part,
  };
}

export function usualTools(): ToolView[] {
  const file = '/srv/mai/.codex/auth.json';
  return [
    toolOf('codex', 'Codex', { found: ['/usr/local/bin/codex', file], own_login: { file, account: 'codex-pro-1', owners: 'both' } }),
    toolOf('opencode', 'opencode', { found: ['/usr/local/bin/opencode'], state: 'connected', client: 'opencode', connected_at: at(0) }),
    toolOf('claude', 'Claude Code', {
      found: ['/srv/mai/.claude/settings.json'], state: 'edited', edited: ['env.ANTHROPIC_BASE_URL'], client: 'claude', connected_at: at(0),
    }),
    toolOf('continue', 'Continue', { needs_model: true }),
    toolOf('cline', 'Cline', { needs_model: true }),
    toolOf('aider', 'aider', { found: ['/srv/mai/.local/bin/aider'], needs_model: true }),
    toolOf('zed', 'Zed', { found: ['/srv/mai/.config/zed/settings.json'], state: 'unreadable', problem: '“/srv/mai/.config/zed/settings.json” is not UTF-8 (line 3, column 9). Save it as UTF-8.' }),
    toolOf('copilot', 'Copilot CLI', { found: ['/usr/local/bin/copilot'], state: 'by_variables' }),
    toolOf('qwen', 'Qwen Code', { needs_model: true }),
    toolOf('pi', 'pi', { needs_model: true }),
    toolOf('llm', 'llm', { needs_model: true }),
  ];
}

export function previewOf(tool: ToolView, account: string, endpoint: string): ToolPreview {
  const file = '/srv/mai/.codex/config.toml';
  const base = endpoint.replace(/\/v1$/, '');
  return {
    diff: [
      `--- ${file}`, `+++ ${file}`, '@@ -1,3 +1,7 @@', `+# Rockpool: ${tool.title} uses ${base} through these settings of config.toml: openai_base_url, chatgpt_base_url.`,
      `+# Rockpool: to go back, run "rockpool disconnect ${tool.name}", or delete them and these lines by hand.`,
      `+openai_base_url = "${base}/k/rpu_…/v1"`, `+chatgpt_base_url = "${base}/k/rpu_…/backend-api/"`, ' model = "gpt-5.5"', ' ', ' [tui]', '',
    ].join('\n'),
    files: [file],
    todo: [{ kind: 'restart' }],
    key_kind: 'path',
    client: tool.client ?? tool.name,
    account,
    seen: 'as-it-is',
  };
}

export function sampleSnippets(endpoint: string): SnippetView[] {
  return [
    {
      name: 'openai-python',
      title: 'OpenAI SDK, Python',
      text: `from openai import OpenAI\n\nclient = OpenAI(base_url="${endpoint}", api_key="YOUR_KEY")\nresponse = client.responses.create(model="MODEL", input="Hello")\nprint(response.output_text)\n`,
    },
    { name: 'curl', title: 'curl', text: `curl ${endpoint}/responses \\\n  -H 'Authorization: Bearer YOUR_KEY' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"model": "MODEL", "input": "Hello"}'\n` },
  ];
}
