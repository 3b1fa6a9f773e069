// The first minute on a machine without a desktop: one command, one link, a pool at work.
import assert from 'node:assert/strict';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBare } from './bare.mjs';
import { freshPage } from './served.mjs';
import { nothingForAPageOfAnotherOrigin, nothingUnderAForeignName } from './strangers.mjs';

/** From a built checkout to the first event on the page, in milliseconds. */
const FIRST_EVENT = 15_000;

const cards = (page) => page.getByRole('article');

// First, for it builds what the other measures.
test('without a keychain it starts for real on a file whose key lies beside it, and says what that is worth', async () => {
  const bare = await startBare();
  try {
    const data = join(bare.home, 'home/.local/share/rockpool');
    const files = await readdir(data);
    assert.ok(files.includes('control.json'), `${files}`);
    assert.match(bare.said(), /key/);
    const { page } = await freshPage(bare);
    await page.goto(bare.first);
    await page.getByRole('button', { name: /Add account/ }).first().waitFor();
    await page.getByText(/key lies beside/).first().waitFor();
    for (const name of files.filter((file) => file.startsWith('vault.bin'))) {
      assert.equal((await stat(join(data, name))).mode & 0o077, 0, name);
    }
    assert.ok(!(await readFile(join(data, 'control.json'), 'utf8')).includes('link='));
  } finally {
    await bare.close();
  }
});

test('a rehearsal starts in a bare root, tells its story in a browser, and lets nobody else in', async (context) => {
  const bare = await startBare('--rehearsal');
  try {
    const { page, errors } = await freshPage(bare);
    page.setDefaultTimeout(90_000);
    await page.goto(bare.first);
    await page.getByRole('status').filter({ hasText: /\S/ }).first().waitFor();
    const shown = Date.now() - bare.started;
    context.diagnostic(`the link after ${bare.took} ms, the first event after ${shown} ms`);
    assert.ok(shown < FIRST_EVENT, `${shown} ms`);
    await page.getByText('has used up its quota').waitFor();
    assert.equal(await cards(page).count(), 3);

    await page.getByText('The sign-in of').waitFor();
    const dead = cards(page).filter({ hasText: 'Sign-in needed' });
    await dead.getByRole('button', { name: /^Sign in again/ }).click();
    await page.getByText('is signed in again').waitFor();
    assert.equal(await cards(page).filter({ hasText: 'Sign-in needed' }).count(), 0);
    await page.getByText('has come back').waitFor();
    assert.deepEqual(errors, []);

    const used = await freshPage(bare);
    await used.page.goto(bare.first);
    await used.page.getByRole('heading', { name: 'This link was used already' }).waitFor();
    const opened = (owner) => cards(owner).first().waitFor();
    await nothingForAPageOfAnotherOrigin(bare, opened);
    await nothingUnderAForeignName(bare, opened);
  } finally {
    await bare.close();
  }
});
