// What a person does in the window, done in a browser against the real server: from no account to an answered request.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshPage, openServed } from './served.mjs';

let served;
let page;
let errors;
before(async () => {
  served = await openServed([]);
  ({ page, errors } = await freshPage(served));
  await page.goto(await served.link());
});
after(() => served?.close());

const button = (name) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');
const seat = (name) => ({ user_id: `user-${name}`, account_id: `acct-${name}` });
const tab = (name) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();

test('a newcomer is guided and adds an account by a code that is entered on another device', async () => {
  await page.getByText('Three steps to one endpoint').waitFor();
  await button('Add account').first().click();
  await dialog().getByText('Enter a code on any device').click();
  const code = await dialog().getByText(/^[A-Z0-9]{4}-[A-Z0-9]{4,5}$/).textContent();
  await served.steer('device', { user_code: code, seat: seat('ada') });
  await dialog().getByText('is signed in').waitFor({ timeout: 20_000 });
  await page.keyboard.press('Escape');
  await page.getByRole('article').first().waitFor();
  assert.equal(await page.getByRole('article').count(), 1);
});

test('a second account comes by the address of a page that another browser ended on', async () => {
  await served.steer('next-sign-in', { as: seat('ben') });
  await button('Add account').first().click();
  await dialog().getByText('Sign in anywhere and paste the address').click();
  const link = await dialog().getByRole('textbox', { name: 'Sign-in address' }).inputValue();
  const ended = await fetch(link, { redirect: 'manual' });
  await dialog().getByRole('textbox', { name: 'Callback address' }).fill(ended.headers.get('location'));
  await button('Use this address').click();
  await dialog().getByText('is signed in').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('article').nth(1).waitFor();
});

test('a pool of both is set up, a tool gets a key, and its request says why it went where it did', async () => {
  await tab('Pool');
  await button('Set up pool').click();
  await page.getByRole('radio').nth(1).check();
  await button('Save').click();
  await page.getByText('Pool saved.').waitFor();

  await tab('Tools');
  await button('Add tool').first().click();
  await page.getByLabel('Name').fill('editor');
  await dialog().getByRole('button', { name: 'Add tool' }).click();
  await dialog().getByText('This is the only time the key is shown.').waitFor();
  const key = await dialog().locator('pre').first().textContent();
  assert.match(key, /^rp_[\w-]{32,}$/);
  await button('Done').click();

  const input = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] }];
  const body = { model: 'gpt-5.5', instructions: 'be brief', input, tools: [], store: false, stream: true };
  const answer = await fetch(`${served.origin}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, await answer.text());
  await tab('Requests');
  await page.getByRole('row').filter({ hasText: 'editor' }).first().waitFor();
  assert.deepEqual(errors, []);
});
