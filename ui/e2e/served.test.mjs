// The dashboard as the real server serves it: a one-time link opens it, and nothing else does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { seriousFindings } from './axe.mjs';
import { freshPage, openServed } from './served.mjs';
import { nothingForAPageOfAnotherOrigin, nothingUnderAForeignName } from './strangers.mjs';

let served;
before(async () => {
  served = await openServed();
});
after(() => served?.close());

const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: true });
const account = (page) => page.getByRole('article', { name: 'of-ada' });
const secretOf = (link) => link.split('#link=')[1];

/** The status with which the management API answers a bearer. */
async function statusFor(token) {
  return (await fetch(`${served.origin}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } })).status;
}

async function signedIn(options) {
  const fresh = await freshPage(served, options);
  await fresh.page.goto(await served.link());
  await account(fresh.page).waitFor();
  return fresh;
}

test('the printed link opens the dashboard, which sees and changes what the owner can, and a reload stays signed in', async () => {
  const { page, context, errors } = await signedIn();
  await button(page, 'Pause: of-ada').click();
  await account(page).getByText('Paused').waitFor();
  await served.rockpool('account', 'resume', 'of-ada');
  await account(page).getByText('Ready').waitFor();
  await page.reload();
  await account(page).waitFor();
  await page.getByRole('link', { name: 'Tools' }).click();
  await heading(page, 'Tools').waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('the link leaves the address at once, and neither it nor the session is in a log, a cookie or another tab', async () => {
  const { page, context } = await freshPage(served);
  const link = await served.link();
  await page.goto(link);
  await account(page).waitFor();
  assert.equal(page.url(), `${served.origin}/`);
  const token = await page.evaluate(() => sessionStorage.getItem('rockpool.session'));
  assert.match(token, /^rps_[\w-]{43}$/);
  assert.ok(!served.log().includes(secretOf(link)) && !served.log().includes(token));
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  const other = await context.newPage();
  await other.goto(served.origin);
  await heading(other, 'Open the dashboard').waitFor();
  await context.close();
});

test('no link, a used one and a foreign one each say what to do, and a new link over the page opens it', async () => {
  const { page, context } = await freshPage(served);
  await page.goto(served.origin);
  await heading(page, 'Open the dashboard').waitFor();
  await page.getByText('rockpool dashboard').waitFor();
  await button(page, 'Copy').waitFor();

  const used = await served.link();
  const first = await freshPage(served);
  await first.page.goto(used);
  await account(first.page).waitFor();
  await first.context.close();
  await page.goto(used);
  await heading(page, 'This link was used already').waitFor();
  await page.goto(`${served.origin}/#link=rpl_of-another-machine`);
  await heading(page, 'This link belongs to another start of Rockpool').waitFor();

  await page.goto(await served.link());
  await account(page).waitFor();
  assert.equal(page.url(), `${served.origin}/`);
  await context.close();
});

test('over an open dashboard a bad link changes nothing, and a good one ends the session before it', async () => {
  const { page, context } = await signedIn();
  const token = () => page.evaluate(() => sessionStorage.getItem('rockpool.session'));
  const first = await token();
  await page.goto(`${served.origin}/#link=rpl_of-another-machine`);
  await account(page).waitFor();
  assert.equal(await token(), first);
  const ended = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await page.goto(await served.link());
  await page.waitForFunction((before) => sessionStorage.getItem('rockpool.session') !== before, first);
  await account(page).waitFor();
  await ended;
  assert.equal(await statusFor(first), 401);
  assert.equal(await statusFor(await token()), 200);
  await context.close();
});

test('signing out ends the session, here and at the server', async () => {
  const { page, context } = await signedIn();
  const token = await page.evaluate(() => sessionStorage.getItem('rockpool.session'));
  await button(page, 'Sign out').click();
  await heading(page, 'You are signed out').waitFor();
  await page.reload();
  await heading(page, 'Open the dashboard').waitFor();
  const answer = await fetch(`${served.origin}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 401);
  assert.equal((await answer.json()).code, 'session_ended');
  await context.close();
});

test('a server that is gone is said to be, and once it is back the page asks for a new link', async () => {
  const { page, context } = await signedIn();
  await served.stop();
  await page.getByText('The engine does not answer.').waitFor();
  await served.start();
  await heading(page, 'The session has ended').waitFor({ timeout: 20_000 });
  await context.close();
});

test('a page of another origin reads nothing, redeems nothing and frames nothing', async () => {
  await nothingForAPageOfAnotherOrigin(served, (page) => account(page).waitFor());
});

test('a wrong host name leads nowhere, whatever link it carries', async () => {
  await nothingUnderAForeignName(served, (page) => account(page).waitFor());
});

test('the first paint comes within 300 ms, and everything that is loaded for it is under 150 kB', async (context) => {
  const paints = [];
  let loaded = 0;
  for (let round = 0; round < 5; round += 1) {
    const fresh = await signedIn();
    const measured = await fresh.page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      bytes: performance.getEntriesByType('resource').filter(({ name }) => /\.(js|css)$/.test(name)).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    }));
    paints.push(measured.paint);
    loaded = measured.bytes;
    await fresh.context.close();
  }
  context.diagnostic(`first paint ${paints.map(Math.round).join(', ')} ms; ${loaded} bytes`);
  // What the page costs is the least of several; the others wait for whatever else the machine does.
  assert.ok(Math.min(...paints) < 300, `${paints}`);
  assert.ok(loaded > 10_000 && loaded < 150_000, `${loaded}`);
});

test('axe finds nothing serious on any served page, signed in or not', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const { page, context } = await signedIn({ colorScheme });
    for (const name of ['Accounts', 'Pool', 'Requests', 'Tools']) {
      const link = page.getByRole('navigation').getByRole('link', { name });
      await link.click();
      await page.locator('nav a[aria-current=page]', { hasText: name }).waitFor();
      await page.locator('main :is(h1, h2)').first().waitFor();
      assert.deepEqual(await seriousFindings(page), [], `${name}, ${colorScheme}`);
    }
    await button(page, 'Sign out').click();
    await heading(page, 'You are signed out').waitFor();
    assert.deepEqual(await seriousFindings(page), [], `signed out, ${colorScheme}`);
    await context.close();
  }
});
