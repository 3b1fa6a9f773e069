// What a person does with the dashboard, from click to call, over the mock engine and the real content policy.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPreview, openPage } from './preview.mjs';

let preview;
before(async () => {
  preview = await openPreview();
});
after(() => preview?.close());

/** Runs `flow` on a page and fails on anything that the browser complained about. */
function flow(name, options, steps) {
  test(name, async () => {
    const { page, errors, close } = await openPage(preview, options);
    try {
      await page.locator('main h1').waitFor();
      await steps(page);
      assert.deepEqual(errors, []);
    } finally {
      await close();
    }
  });
}

const mock = (page, action) => page.evaluate(`window.rockpoolMock.${action}`);
const button = (page, name) => page.getByRole('button', { name, exact: true });
const dialog = (page) => page.getByRole('dialog');
const called = (page, method, path) =>
  page.evaluate(([verb, route]) => window.rockpoolMock.calls.filter((call) => call.method === verb && call.path === route), [method, path]);

flow('adding an account waits for the browser and shows the account', { scene: 'empty' }, async (page) => {
  await button(page, 'Add account').click();
  await dialog(page).getByText('Finish signing in in your browser').waitFor();
  await dialog(page).getByText(/Time left: 9 min|Time left: 10 min/).waitFor();
  await button(page, 'Open the page again').click();
  await mock(page, 'finishSignIn()');
  await dialog(page).getByText('codex-plus-1 is signed in').waitFor();
  assert.equal((await called(page, 'POST', '/api/v1/sign-ins')).length, 2, 'the page was opened twice, for one sign-in');
  await button(page, 'Done').click();
  await page.getByRole('article', { name: 'codex-plus-1' }).waitFor();
  await page.getByRole('link', { name: 'Add a tool' }).waitFor();
});

flow('a sign-in can be hidden, found again and cancelled', {}, async (page) => {
  await button(page, 'Add account').click();
  await dialog(page).getByText('Finish signing in in your browser').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('A sign-in waits for you').waitFor();
  await button(page, 'Show').click();
  await button(page, 'Cancel sign-in').click();
  await dialog(page).waitFor({ state: 'detached' });
  await page.getByText('A sign-in waits for you').waitFor({ state: 'detached' });
});

flow('where the callback cannot arrive, its address is pasted; junk is refused and waiting goes on', { scene: 'paste' }, async (page) => {
  await button(page, 'Add account').click();
  const field = page.getByLabel('Callback address');
  await field.fill('https://example.com/');
  await button(page, 'Use this address').click();
  await dialog(page).getByText('This address holds no code.').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await field.fill('http://127.0.0.1:1455/auth/callback?code=abc&state=s1');
  await button(page, 'Use this address').click();
  await dialog(page).getByText(/is signed in/).waitFor();
});

flow('on a machine far from any browser a code comes first, and it brings the account', { scene: 'ssh' }, async (page) => {
  await button(page, 'Add account').click();
  await dialog(page).getByText('Rockpool was started over SSH').waitFor();
  await dialog(page).getByText('WDJB-MJHT').waitFor();
  const ways = await dialog(page).getByRole('heading', { level: 3 }).allTextContents();
  assert.deepEqual(ways.map((way) => way.replace(/\s+/g, ' ').trim()), [
    'Enter a code on any device Best here',
    'Sign in anywhere and paste the address',
    'Use a browser on this machine',
  ]);
  await button(page, 'Copy the code').click();
  assert.deepEqual(await page.evaluate(() => window.rockpoolMock.copied), ['WDJB-MJHT']);
  assert.deepEqual(await page.evaluate(() => window.rockpoolMock.opened), [], 'no page opens by itself');
  await button(page, 'Open here').click();
  assert.deepEqual(await page.evaluate(() => window.rockpoolMock.opened), ['https://auth.openai.example/codex/device']);
  await mock(page, 'finishSignIn()');
  await dialog(page).getByText(/is signed in/).waitFor();
});

flow('another way gives up what was begun, and pasting goes on with the same sign-in', {}, async (page) => {
  const sent = () => page.evaluate(() => window.rockpoolMock.calls.filter((call) => call.path.startsWith('/api/v1/sign-ins') && call.method !== 'GET').map((call) => `${call.method} ${call.body?.method ?? ''} ${call.body?.open_browser ?? ''}`.trim()));
  await button(page, 'Add account').click();
  await dialog(page).getByText('Finish signing in in your browser').waitFor();
  await button(page, 'Enter a code on any device').click();
  await dialog(page).getByText('WDJB-MJHT').waitFor();
  assert.deepEqual(await sent(), ['POST browser yes', 'DELETE', 'POST device no']);
  await button(page, 'Sign in anywhere and paste the address').click();
  await page.getByLabel('Callback address').waitFor();
  assert.deepEqual((await sent()).slice(3), ['DELETE', 'POST browser no']);
  await button(page, 'Use a browser on this machine').click();
  await page.waitForFunction(() => window.rockpoolMock.calls.filter((call) => call.method === 'POST').length === 4);
  assert.deepEqual((await sent()).slice(5), ['POST browser yes'], 'the same sign-in, and its page opens');
});

flow('device codes that are switched off are said, and the other ways stay at hand', { scene: 'no-device' }, async (page) => {
  await button(page, 'Add account').click();
  await dialog(page).getByText('they are switched off').waitFor();
  await button(page, 'Sign in anywhere and paste the address').click();
  await page.getByLabel('Callback address').fill('http://127.0.0.1:1455/auth/callback?code=abc&state=s1');
  await button(page, 'Use this address').click();
  await dialog(page).getByText(/is signed in/).waitFor();
});

flow('another workspace of the fresh login becomes an account by one click', { scene: 'workspaces' }, async (page) => {
  await button(page, 'Add account').click();
  await dialog(page).getByText('Finish signing in in your browser').waitFor();
  await mock(page, 'finishSignIn()');
  await dialog(page).getByText('Marine Lab').waitFor();
  await button(page, 'Add as an account').click();
  await dialog(page).getByText('Added as codex-business-1').waitFor();
  await button(page, 'Done').click();
  await page.getByRole('article', { name: 'codex-business-1' }).waitFor();
});

flow('a code that expires says so and can be started again', { scene: 'ssh' }, async (page) => {
  await button(page, 'Add account').click();
  await dialog(page).getByText('WDJB-MJHT').waitFor();
  await mock(page, `endSignIn('timed_out', null)`);
  await dialog(page).getByText('The code was not entered in time.').waitFor();
  await button(page, 'Start again').click();
  await dialog(page).getByText('WDJB-MJHT').waitFor();
});

flow('a failed sign-in says why and can be started again', {}, async (page) => {
  await button(page, 'Add account').click();
  await dialog(page).getByText('Finish signing in in your browser').waitFor();
  await mock(page, `endSignIn('failed', 'You declined the request. Start again and allow it.')`);
  await dialog(page).getByText('You declined the request.').waitFor();
  await button(page, 'Start again').click();
  await dialog(page).getByText('Finish signing in in your browser').waitFor();
});

flow('a dead login is repaired from its card', {}, async (page) => {
  await button(page, 'Sign in again: Team seat').click();
  await dialog(page).getByRole('heading', { name: 'Sign in again: Team seat' }).waitFor();
  await dialog(page).getByText('Finish signing in in your browser').waitFor();
  await mock(page, 'finishSignIn()');
  await dialog(page).getByText('Team seat is signed in').waitFor();
  await button(page, 'Done').click();
  await button(page, 'Sign in again: Team seat').waitFor({ state: 'detached' });
});

flow('an account is renamed, and a bad short name is refused at its field', {}, async (page) => {
  await button(page, 'Rename: Studio').click();
  await page.getByLabel('Display name').fill('Studio Berlin');
  await page.getByLabel('Short name').fill('Studio 2');
  await button(page, 'Save').click();
  await dialog(page).getByText('cannot be a short name').waitFor();
  await page.getByLabel('Short name').fill('studio-2');
  await button(page, 'Save').click();
  await page.getByRole('article', { name: 'Studio Berlin' }).getByText('studio-2', { exact: true }).waitFor();
});

flow('an account is paused and resumed', {}, async (page) => {
  const card = page.getByRole('article', { name: 'Studio' });
  await button(page, 'Pause: Studio').click();
  await card.getByText('Paused').waitFor();
  await card.getByRole('button', { name: 'Resume: Studio' }).first().click();
  await card.getByText('Ready').waitFor();
});

flow('removing an account takes its typed name', {}, async (page) => {
  await button(page, 'Remove: Studio').click();
  const remove = dialog(page).getByRole('button', { name: 'Remove' });
  assert.ok(await remove.isDisabled());
  await page.getByLabel('Type codex-pro-2 to confirm').fill('codex-pro-2');
  await remove.click();
  await page.getByRole('article', { name: 'Studio' }).waitFor({ state: 'detached' });
});

flow('a pool is changed and saved, and the save bar is there only while there is something to save', { page: 'pool' }, async (page) => {
  assert.equal(await button(page, 'Save').count(), 0);
  await page.getByLabel('In list order').check();
  await button(page, 'Discard').click();
  assert.ok(await page.getByLabel('In turn').isChecked());
  await button(page, 'Move Mai (private) up').click();
  await button(page, 'Add').click();
  await button(page, 'Save').click();
  await page.getByText('Pool saved.').waitFor();
  assert.equal(await button(page, 'Save').count(), 0);
  const [saved] = await called(page, 'PUT', '/api/v1/pools/codex-pro-1');
  assert.deepEqual(saved.body, {
    strategy: 'round_robin',
    conversations: 'stay',
    extra_provider_names: ['codex-plus-3', 'codex-pro-2', 'codex-team-4'],
  });
});

flow('a strategy is chosen among all five, and strict rotation says what it costs', { page: 'pool' }, async (page) => {
  const strategies = page.getByRole('group', { name: 'Strategy' }).getByRole('radio');
  assert.equal(await strategies.count(), 5);
  await page.getByLabel('Most left first').check();
  await page.getByText('The price: each move loses the provider’s prompt cache').waitFor();
  await page.getByLabel('Rotate strictly').check();
  await button(page, 'Save').click();
  await page.getByText('Pool saved.').waitFor();
  const [saved] = await called(page, 'PUT', '/api/v1/pools/codex-pro-1');
  assert.deepEqual(saved.body, {
    strategy: 'most_headroom',
    conversations: 'rotate',
    extra_provider_names: ['codex-pro-2', 'codex-plus-3'],
  });
  assert.ok(await page.getByLabel('Rotate strictly').isChecked());
});

flow('a what-if is reached from the pool, and accounts are left out of it but one', { page: 'pool' }, async (page) => {
  await page.getByRole('link', { name: 'What if…? Compare strategies' }).click();
  await page.getByRole('heading', { name: 'What if…?' }).waitFor();
  const row = (name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
  await row('In turn now').waitFor();
  assert.equal(await page.getByRole('rowheader').count(), 6);
  assert.equal(await row('Most left first').getByText('left out').count(), 0);

  await page.getByLabel('Studio').check();
  await row('Most left first').getByText('left out').waitFor();
  assert.equal(await row('What happened').getByText('left out').count(), 0, 'what happened stays as it was');
  assert.equal((await called(page, 'GET', '/api/v1/pools/codex-pro-1/what-if?without=codex-pro-2')).length, 1);
  await page.getByLabel('Mai (private)').check();
  assert.ok(await page.getByLabel('Mai (work)').isDisabled(), 'one account has to stay');
  await page.getByLabel('Studio').uncheck();
  assert.ok(await page.getByLabel('Mai (work)').isEnabled());

  await page.getByText('When accounts were exhausted').click();
  await page.getByText(/Saturday \d\d:\d\d – \d\d:\d\d/).first().waitFor();
  await page.getByText('Some answers carried no token counts').waitFor();
  await page.getByRole('link', { name: 'Back to the pool' }).click();
  await page.getByRole('heading', { name: 'Pool of Mai (work)' }).waitFor();
});

flow('a what-if without records says so, and one that the engine refuses can be asked again', { scene: 'quiet', page: 'pool/what-if/codex-pro-1' }, async (page) => {
  await page.getByText('Nothing to replay yet').waitFor();
  await page.getByRole('link', { name: 'Back to the pool' }).click();
  await mock(page, 'setReachable(false)');
  await page.getByRole('link', { name: 'What if…? Compare strategies' }).click();
  await page.getByRole('alert').getByText('Rockpool did not answer.').waitFor();
  await mock(page, 'setReachable(true)');
  await page.getByRole('alert').getByRole('button', { name: 'Try now' }).last().click();
  await page.getByText('Nothing to replay yet').waitFor();
});

flow('what the engine refuses is shown at the member, and the draft survives', { page: 'pool' }, async (page) => {
  await button(page, 'Add').click();
  await page.evaluate(() => {
    const elsewhere = { role: 'member', pool: 'codex-other' };
    const { calls } = window.rockpoolMock;
    window.rockpoolMock.editAccount('codex-team-4', elsewhere);
    calls.length = 0;
  });
  await button(page, 'Save').click();
  const row = page.getByRole('listitem').filter({ hasText: 'codex-team-4' });
  await row.getByText('“codex-team-4” is in the pool of “codex-other”').waitFor();
  await button(page, 'Take Team seat out').click();
  await page.getByText('is in the pool of “codex-other”').waitFor({ state: 'detached' });
});

flow('a change from elsewhere does not overwrite what is being edited', { page: 'pool' }, async (page) => {
  await page.getByLabel('In list order').check();
  await mock(page, `editPool('codex-pro-1', { extra_provider_names: ['codex-pro-2'] })`);
  await page.waitForTimeout(400);
  assert.ok(await page.getByLabel('In list order').isChecked());
  await button(page, 'Discard').click();
  await button(page, 'Take Mai (private) out').waitFor({ state: 'detached' });
});

flow('a new tool gets its key shown once, with configuration to copy', { page: 'clients' }, async (page) => {
  await button(page, 'Add tool').click();
  await page.getByLabel('Name').fill('editor');
  await dialog(page).getByRole('button', { name: 'Add tool' }).click();
  await dialog(page).getByText('This is the only time the key is shown.').waitFor();
  const key = await dialog(page).locator('pre').first().textContent();
  assert.match(key, /^rp_[\w-]{32,}$/);
  await dialog(page).getByRole('button', { name: 'Copy' }).nth(1).click();
  const copied = await mock(page, 'copied.at(-1)');
  assert.ok(copied.includes('model_provider = "rockpool"') && copied.includes(key));
  assert.equal(copied.split('\n').length, 3);
  await button(page, 'Done').click();
  await page.getByRole('heading', { name: 'editor' }).waitFor();
  assert.ok(!(await page.content()).includes(key), 'the key is gone from the page');
});

flow('a tool is given its account alone, and another a strategy of its own', { page: 'clients' }, async (page) => {
  await button(page, 'Edit: codex-laptop').click();
  await page.getByLabel('This account alone').check();
  await button(page, 'Save').click();
  await dialog(page).waitFor({ state: 'detached' });
  const [single] = await called(page, 'PATCH', '/api/v1/clients/codex-laptop');
  assert.deepEqual(single.body, { name: 'codex-laptop', account: 'codex-pro-1', override_mode: 'single' });
  await page.getByRole('listitem').filter({ hasText: 'codex-laptop' }).getByText('This account alone').waitFor();

  await button(page, 'Add tool').click();
  await page.getByLabel('Name').fill('batch');
  assert.equal(await dialog(page).getByLabel('Soonest reset first').count(), 0);
  await page.getByLabel('Own strategy').check();
  await page.getByLabel('Soonest reset first').check();
  await dialog(page).getByRole('button', { name: 'Add tool' }).click();
  await button(page, 'Done').click();
  const [added] = await called(page, 'POST', '/api/v1/clients');
  assert.deepEqual(added.body, { name: 'batch', account: 'codex-pro-1', key_kind: 'bearer', override_mode: 'custom', strategy: 'soonest_reset' });
  await page.getByText('Own strategy: Soonest reset first').waitFor();
});

flow('a taken name is refused at its field', { page: 'clients' }, async (page) => {
  await button(page, 'Add tool').click();
  await page.getByLabel('Name').fill('ci-runner');
  await dialog(page).getByRole('button', { name: 'Add tool' }).click();
  await dialog(page).getByText('There is a client “ci-runner” already.').waitFor();
});

flow('a path key is renewed and comes as an address', { page: 'clients' }, async (page) => {
  await button(page, 'New key: codex-laptop').click();
  await dialog(page).getByRole('button', { name: 'New key' }).click();
  await dialog(page).getByText(/openai_base_url = "http:\/\/127\.0\.0\.1:7625\/k\/rpu_/).waitFor();
});

flow('a request tells why it went where it went', { page: 'requests' }, async (page) => {
  const show = page.getByRole('button', { name: 'Show why' }).first();
  await show.click();
  assert.equal(await show.getAttribute('aria-expanded'), 'true');
  await page.getByText('The conversation moved from codex-plus-3 to codex-pro-2. codex-plus-3 answered that its limit is reached.').waitFor();
  await page.getByText('about 44k cached tokens lost by the move (estimate)').waitFor();
  await page.getByText('Limit reached').waitFor();
  await page.getByText('answered · status 429 · 310 ms').waitFor();
  await page.getByText('Sign-in needed').waitFor();
  await page.getByText('182.4 kB up, 12.9 kB down').waitFor();
  await page.getByRole('button', { name: 'Show why' }).last().click();
  await page.getByText(/912 in, 0 of it from the cache \(0.?%\) · 37 out/).waitFor();
  assert.equal(await page.getByText('Order of trial').count(), 0, 'an old record shows what it holds');
});

flow('a request that may have been billed twice is marked, and a bound one says when it can go on', { scene: 'moved', page: 'requests' }, async (page) => {
  await page.getByText('Billed twice?').waitFor();
  const show = page.getByRole('button', { name: 'Show why' });
  await show.first().click();
  await page.getByText('begun, then silent').waitFor();
  await page.getByText('1 attempt may have been billed beside the one that answered.').waitFor();
  await show.nth(1).click();
  await page.getByText('It can go on at about 15:17.').waitFor();
  await show.nth(4).click();
  await page.getByText('not sent').waitFor();
});

flow('what requests come to is told by tool, account, model and day, and a model without a price has no cost', { page: 'requests' }, async (page) => {
  const row = (name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
  const summed = (by, span) => page.getByRole('table', { name: `${span} by ${by}` });
  await page.getByRole('link', { name: 'Usage', exact: true }).click();
  await summed('tool', 'Last 30 days').waitFor();
  await row('Total').getByText('4,812').waitFor();
  await row('codex-laptop').waitFor();
  await page.getByText(/not a bill.* genai-prices 0\.2\.3, taken on/).waitFor();
  await page.getByText('those since 10 Nov 2026').waitFor();

  await page.getByRole('radio', { name: 'Model', exact: true }).check();
  await summed('model', 'Last 30 days').waitFor();
  const unpriced = row('codex-auto-review');
  await unpriced.getByText('no price', { exact: true }).waitFor();
  assert.doesNotMatch(await unpriced.innerText(), /\$/, 'no price is no zero');
  await row('Total').getByText('88 requests without a price').waitFor();
  assert.match(await row('Not known').innerText(), /^Not known\s+22(\s+–){5}$/, 'what nobody counted is not nothing');

  await page.getByRole('radio', { name: 'Account', exact: true }).check();
  await summed('account', 'Last 30 days').waitFor();
  await row('Mai (work)').getByText('codex-pro-1').waitFor();
  await row('No account').waitFor();

  await page.getByRole('radio', { name: 'Day', exact: true }).check();
  await page.getByRole('figure').getByText('Input tokens per day').waitFor();
  await page.getByRole('radio', { name: 'Today' }).press('ArrowRight');
  await summed('day', 'Last 7 days').waitFor();
  assert.equal(await page.getByRole('rowheader').count(), 8, 'a week and its total');
  await page.getByRole('radio', { name: 'Today' }).check();
  await summed('day', 'Today').waitFor();
  assert.equal(await page.getByRole('figure').count(), 0, 'one day is no course of days');
  assert.equal((await called(page, 'GET', '/api/v1/usage?by=day&days=1')).length, 1);

  await page.getByRole('link', { name: 'Recent', exact: true }).click();
  await page.getByRole('heading', { name: 'Recent requests' }).waitFor();
});

flow('sums that cannot be read say so, and are read as soon as the engine answers', { page: 'requests/usage' }, async (page) => {
  await page.getByRole('table').waitFor();
  await mock(page, 'setReachable(false)');
  await page.getByRole('radio', { name: 'Model', exact: true }).check();
  await page.getByRole('alert').getByText('The totals could not be read: Rockpool did not answer.').waitFor();
  await page.getByRole('table').waitFor({ state: 'detached' });
  await mock(page, 'setReachable(true)');
  await page.getByRole('table', { name: 'Last 30 days by model' }).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
});

flow('an account whose figures are contested shows both, and routing’s own first', { scene: 'flapping' }, async (page) => {
  const card = page.getByRole('article', { name: 'Mai (work)' });
  await card.getByText('The provider has been flapping since 14:12.').waitFor();
  const meter = card.getByRole('meter', { name: '5 hours' });
  assert.equal(await meter.getAttribute('aria-valuenow'), '72');
  assert.equal(await card.getByText('Also reported (live event)').count(), 2);
  await card.getByText('9%', { exact: true }).waitFor();
});

flow('what the provider tells beside the windows is folded away', { scene: 'extras' }, async (page) => {
  const card = page.getByRole('article', { name: 'Mai (work)' });
  await card.getByText('Over its limit, yet still allowed.').waitFor();
  assert.ok(await card.getByText('1,240 left').isHidden());
  await card.getByText('More limits and credits').click();
  await card.getByText('1,240 left').waitFor();
  await card.getByText('$12.40 of $50.00 spent').waitFor();
  await card.getByText('2 can be redeemed at the provider').waitFor();
  await card.getByRole('meter', { name: 'code_review: Week' }).waitFor();
  await card.getByText('limit reached, still allowed').waitFor();
});

flow('forecasts name the time, the range and the return, for an account and for the pool', { scene: 'runway' }, async (page) => {
  const whole = 'Exhausted at about 16:40 (between 16:10 and 17:30); capacity returns 17:15';
  await page.getByRole('article', { name: 'Mai (work)' }).getByText(whole).waitFor();
  await page.getByRole('article', { name: 'Studio' }).getByText('Exhausted at about 15:14 (15:03 at the earliest); capacity returns 15:36').waitFor();
  await page.getByRole('article', { name: 'Mai (private)' }).getByText('Exhausted now; back 15:17').waitFor();
  await page.getByRole('link', { name: 'Pool', exact: true }).click();
  await page.getByText(whole).waitFor();
  await page.getByText('14 conversations moved').waitFor();
  await page.getByText('2 attempts may have been billed twice').waitFor();
});

flow('a lost workspace is cured by signing in again, and a cool-down says when it is tried', { scene: 'workspace' }, async (page) => {
  await page.getByRole('article', { name: 'Studio' }).getByText('Next try at 14:36.').waitFor();
  const card = page.getByRole('article', { name: 'Team seat' });
  await card.getByText('Workspace missing').waitFor();
  await card.getByText('Sign in again and pick the workspace.').waitFor();
  await button(page, 'Sign in again: Team seat').click();
  await dialog(page).getByText('Finish signing in in your browser').waitFor();
  await mock(page, 'finishSignIn()');
  await dialog(page).getByText('Team seat is signed in').waitFor();
});

flow('an event leads to one more reading, and countdowns move without one', {}, async (page) => {
  const card = page.getByRole('article', { name: 'Studio' });
  await mock(page, `editAccount('codex-pro-2', { state: 'rate_limited', until: '2026-11-22T14:30:40Z' })`);
  await card.getByText('Slowed down').waitFor();
  const seconds = () => card.getByText(/Back in \d+ s/).textContent();
  const earlier = await seconds();
  const readings = (await called(page, 'GET', '/api/v1/status')).length;
  await page.waitForFunction(([text]) => !document.body.textContent.includes(text), [earlier]);
  assert.equal((await called(page, 'GET', '/api/v1/status')).length, readings);
});

flow('the mark in the header shows the level that the engine tells, and the head of the page who needs a person', {}, async (page) => {
  await page.getByRole('img', { name: '26% left' }).waitFor();
  await page.getByText('1 needs you').waitFor();
  await mock(page, `editAccount('codex-pro-2', { state: 'billing' })`);
  await page.getByText('2 need you').waitFor();
  await page.getByRole('article', { name: 'Studio' }).getByText('Payment needed').waitFor();
});

flow('an engine that goes away is told, and what was known stays', {}, async (page) => {
  await mock(page, 'setReachable(false)');
  await page.getByText('The engine does not answer.').waitFor();
  await page.getByRole('article', { name: 'Studio' }).waitFor();
  await mock(page, 'setReachable(true)');
  await page.getByText('The engine does not answer.').waitFor({ state: 'detached' });
});

flow('the rehearsal says so on every page', { scene: 'rehearsal' }, async (page) => {
  for (const name of ['Accounts', 'Pool', 'Requests', 'Tools']) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByText('Nothing real is touched.').waitFor();
    await page.getByRole('status').getByText(/^The sign-in of .+ has ended\. Click “Sign in again”/).waitFor();
  }
  await page.getByRole('link', { name: 'Look at Accounts.' }).click();
  await page.getByRole('link', { name: 'Accounts', exact: true }).and(page.locator('[aria-current=page]')).waitFor();
});

flow('a file with its key beside it is no secret to the person', { scene: 'key-beside' }, async (page) => {
  await page.getByText('Your sign-ins are in a file whose key lies beside it.').waitFor();
  await page.getByText('/data/rockpool/vault.bin').waitFor();
});

flow('a file that does not work is not called a keychain', { scene: 'vault-file' }, async (page) => {
  const alert = page.getByRole('alert').filter({ hasText: 'The encrypted file with the sign-ins does not work' });
  await alert.getByText('permission denied').waitFor();
  assert.doesNotMatch(await alert.innerText(), /keychain/i);
});

flow('everything can be done with the keyboard alone', {}, async (page) => {
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim());
  const tabTo = async (name) => {
    for (let i = 0; i < 80 && (await focused()) !== name; i += 1) await press('Tab');
    assert.equal(await focused(), name);
  };
  await press('Tab');
  assert.equal(await focused(), 'Skip to content');
  await tabTo('Add account');
  await press('Enter');
  await dialog(page).getByText('Finish signing in in your browser').waitFor();
  await tabTo('Sign in anywhere and paste the address');
  await press('Enter');
  await page.getByLabel('Callback address').focus();
  await page.keyboard.type('http://127.0.0.1:1455/auth/callback?code=abc&state=s1');
  await press('Enter');
  await dialog(page).getByText(/is signed in/).waitFor();
  await tabTo('Done');
  await press('Enter');
  assert.equal(await focused(), 'Add account', 'the focus is back where it was');

  await page.getByRole('link', { name: 'Pool', exact: true }).focus();
  await press('Enter');
  await tabTo('Move Mai (private) up');
  await press('Enter', 'Enter');
  assert.equal(await focused(), 'Move Mai (private) up', 'the focus moves with the member');
  await tabTo('Save');
  await press('Enter');
  await page.getByText('Pool saved.').waitFor();
});

flow('an address that is taken is refused beside its field, and one that is free holds at once', {}, async (page) => {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  const field = page.getByLabel('Address and port');
  await field.fill('127.0.0.1:80');
  await button(page, 'Save').click();
  await page.getByRole('alert').getByText('in use by nginx').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await field.fill('0.0.0.0:8000');
  await page.keyboard.press('Enter');
  await page.getByRole('note').getByText('every machine of every network').waitFor();
  await page.getByRole('button', { name: 'Use the default' }).click();
  await page.getByRole('note').getByText('programs on this machine').waitFor();
});

flow('a language is shown at once, and the way back is where it was', {}, async (page) => {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByLabel('Language', { exact: true }).selectOption('ja');
  await page.getByRole('heading', { name: '設定', exact: true }).waitFor();
  await page.getByLabel('配色', { exact: true }).selectOption('dark');
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await page.getByLabel('言語', { exact: true }).selectOption('system');
  await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
});

flow('one account goes out by a proxy of its own, and a password is refused', {}, async (page) => {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  const common = page.getByRole('group', { name: 'Proxy', exact: true });
  await common.locator('select').selectOption('address');
  await common.locator('input').fill('http://me:secret@proxy.test:1');
  await common.getByRole('button', { name: 'Save' }).click();
  await common.getByRole('alert').getByText('in the clear').waitFor();
  await page.getByText('For single accounts').click();
  const own = page.locator('details').getByRole('group').first();
  await own.locator('select').selectOption('none');
  await own.getByText('Chosen here').waitFor();
  assert.deepEqual((await called(page, 'PATCH', '/api/v1/settings')).at(-1).body, { account_proxies: { 'codex-pro-1': 'none' } });
});

flow('logins are moved after a question, and a file says what its key is worth', {}, async (page) => {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await button(page, 'Move to an encrypted file').click();
  await dialog(page).getByText('The file’s key lies beside it').waitFor();
  await dialog(page).getByRole('button', { name: 'Move', exact: true }).click();
  await dialog(page).waitFor({ state: 'detached' });
  await page.getByText('That is no protection from whoever can read your home folder.').waitFor();
  await button(page, 'Move to the keychain').waitFor();
});

flow('after an import each row says what became of it, also where it was not chosen', {}, async (page) => {
  await button(page, 'Import').click();
  await dialog(page).getByLabel('Or paste the JSON').fill('{}');
  await button(page, 'See what is in it').click();
  await dialog(page).getByRole('checkbox', { name: 'Import seat-3@example.net' }).uncheck();
  await button(page, 'Import 3 logins').click();
  await dialog(page).getByText('3 logins were taken over.').waitFor();
  const row = (login) => dialog(page).getByRole('listitem').filter({ hasText: login });
  await row('seat-4@example.net').getByText('Repaired').waitFor();
  for (const login of ['seat-3@example.net', 'mai.tran@example.com']) await row(login).getByText('Not chosen').waitFor();
  assert.equal(await dialog(page).getByText('Choose it only').count(), 0);
  assert.equal(await dialog(page).getByText('codex-plus-6').count(), 0);
});
