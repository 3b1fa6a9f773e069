import { beforeAll, describe, expect, it } from 'vitest';
import { Problem, problemFrom } from '../../api/problem';
import { Unreachable } from '../../api/transport';
import { networkSettings, usualSettings } from '../../dev/sample-settings';
import { useLanguage } from '../../text/i18n.svelte';
import { movedTo } from '../shell/moved';
import { addressOf, isUnreadable, kindOf } from './proxy';
import { reachSentence } from './reach';
import { problemOf } from './saving.svelte';

beforeAll(() => useLanguage('en'));

describe('who can reach the endpoint', () => {
  it('is one sentence that names everybody', () => {
    expect(reachSentence(usualSettings().reach)).toBe('programs on this machine, but no web page; each needs a key.');
    const network = reachSentence(networkSettings().reach);
    expect(network).toContain('where no firewall closes port 7625, also by the name host.docker.internal and pool.');
    expect(network).toContain(', and of web pages those of tauri://localhost; each needs a key.');
  });

  it('names the address, where it is one of several', () => {
    const reach = { ...usualSettings().reach, scope: 'one_address' as const, address: '192.168.0.9:7625' };
    expect(reachSentence(reach)).toContain('every machine that can reach 192.168.0.9:7625');
  });
});

describe('a refusal', () => {
  const body = {
    status: 422,
    code: 'invalid_settings',
    detail: 'First. Second.',
    fields: [{ field: 'listen', detail: 'First.' }, { field: 'hosts', detail: 'Second.' }, { nonsense: true }],
  };

  it('is told beside the field that it belongs to, and whole where it belongs to none', () => {
    const problem = problemFrom(422, body);
    expect(problemOf(problem, 'hosts')).toBe('Second.');
    expect(problemOf(problem, 'theme')).toBe('First. Second.');
    expect(problemOf(new Problem(503, 'x', 'Full disk.', null), 'theme')).toBe('Full disk.');
    expect(problemOf(new Unreachable('x'), 'theme')).toMatch(/did not answer/);
  });

  it('names no field where something else than the engine answered', () => {
    expect(problemFrom(502, { fields: 'x' }).fields).toEqual([]);
  });
});

it('says where an engine went that listens on another port', () => {
  const page = 'http://127.0.0.1:7625/#/settings';
  expect(movedTo('http://127.0.0.1:8000/v1', page)).toBe('http://127.0.0.1:8000/#/settings');
  expect(movedTo('http://127.0.0.1:7625/v1', page)).toBeNull();
  expect(movedTo('http://127.0.0.1:7625/v1', 'http://localhost:7625/')).toBeNull();
  expect(movedTo('http://127.0.0.1:8000/v1', 'tauri://localhost/')).toBeNull();
});

it('tells the kinds of ways out apart', () => {
  expect([null, 'system', 'none', 'socks5://a:1'].map(kindOf)).toEqual(['same', 'system', 'none', 'address']);
  expect([addressOf('none'), addressOf('socks5://a:1'), addressOf(null)]).toEqual(['', 'socks5://a:1', '']);
});

describe('a proxy that is stored and cannot be read', () => {
  it('is to be chosen again, and is no address', () => {
    expect(isUnreadable('unreadable')).toBe(true);
    expect([kindOf('unreadable'), addressOf('unreadable')]).toEqual(['address', '']);
    expect(['system', 'none', 'http://proxy.lan:3128', null].some(isUnreadable)).toBe(false);
  });
});
