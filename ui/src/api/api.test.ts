import { describe, expect, it } from 'vitest';
import { createApi } from './client';
import { Problem, sentenceOf } from './problem';
import { sseReader } from './sse';
import { Unreachable, type Reply, type Transport } from './transport';

function answering(reply: Reply, seen: unknown[] = []): Transport {
  return {
    browser: 'engine',
    caller: 'test',
    async call(method, path, body) {
      seen.push([method, path, body]);
      return reply;
    },
    events: () => () => undefined,
    copy: async () => undefined,
  };
}

describe('a refusal', () => {
  it('carries the engine’s sentence, code and subject', async () => {
    const body = { type: 'about:blank', title: 'Conflict', status: 409, detail: 'Taken.', code: 'name_taken', subject: 'x' };
    const refused = await createApi(answering({ status: 409, body })).removePool('a').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({ status: 409, code: 'name_taken', subject: 'x', message: 'Taken.' });
  });

  it('is told by its status where the body is no problem document', async () => {
    const refused = await createApi(answering({ status: 502, body: null })).status().catch((error: unknown) => error);
    expect(sentenceOf(refused, 'gone')).toBe('HTTP 502');
    expect(sentenceOf(new Unreachable('socket closed'), 'gone')).toBe('gone');
  });
});

it('names are escaped on their way into a path', async () => {
  const seen: unknown[] = [];
  await createApi(answering({ status: 200, body: null }, seen)).updateClient('a/b c', { name: 'd' });
  expect(seen).toEqual([['PATCH', '/api/v1/clients/a%2Fb%20c', { name: 'd' }]]);
});

it('what is sent and what comes back pass unchanged, and an empty answer is one too', async () => {
  const seen: unknown[] = [];
  const account = { name: 'studio', display_name: 'スタジオ “1”' };
  const answered = createApi(answering({ status: 200, body: account }, seen));
  expect(await answered.updateAccount('a', { display_name: 'スタジオ “1”', state: 'paused' })).toEqual(account);
  expect(await createApi(answering({ status: 204, body: null }, seen)).removeAccount('a')).toBeUndefined();
  expect(seen).toEqual([
    ['PATCH', '/api/v1/accounts/a', { display_name: 'スタジオ “1”', state: 'paused' }],
    ['DELETE', '/api/v1/accounts/a', undefined],
  ]);
});

it('a sign-in says who starts it, by which method, and who shows the page', async () => {
  const seen: unknown[] = [];
  const host = answering({ status: 201, body: null }, seen);
  await createApi(host).startSignIn(null, 'browser', 'yes');
  await createApi({ ...host, caller: 'tab-2' }).startSignIn('studio', 'device', 'no');
  expect(seen).toEqual([
    ['POST', '/api/v1/sign-ins', { account: null, method: 'browser', open_browser: 'yes', caller: 'test' }],
    ['POST', '/api/v1/sign-ins', { account: 'studio', method: 'device', open_browser: 'no', caller: 'tab-2' }],
  ]);
});

it('the accounts that a what-if leaves out are named in its address', async () => {
  const seen: unknown[] = [];
  const api = createApi(answering({ status: 200, body: null }, seen));
  await api.whatIf('a', []);
  await api.whatIf('a', ['b', 'c,d']);
  expect(seen).toEqual([
    ['GET', '/api/v1/pools/a/what-if', undefined],
    ['GET', '/api/v1/pools/a/what-if?without=b,c%2Cd', undefined],
  ]);
});

describe('an event stream', () => {
  it('yields whole events however it is cut', () => {
    const text = ': keep-alive\n\ndata: {"type":"changed"}\r\n\r\nevent: x\ndata: one\ndata:two\n\ndata: unfinished\n';
    for (let width = 1; width <= text.length; width += 1) {
      const heard: string[] = [];
      const feed = sseReader((data) => heard.push(data));
      for (let i = 0; i < text.length; i += width) feed(text.slice(i, i + width));
      expect(heard, `width ${width}`).toEqual(['{"type":"changed"}', 'one\ntwo']);
    }
  });
});
