// Every page, with much and with nothing on it, light and dark, as somebody who cannot see or point meets it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { seriousFindings } from './axe.mjs';
import { openPreview, openPage } from './preview.mjs';

let preview;
before(async () => {
  preview = await openPreview();
});
after(() => preview?.close());

const views = [
  ...['accounts', 'pool', 'requests', 'clients'].flatMap((page) => ['usual', 'empty'].map((scene) => ({ page, scene }))),
  { page: 'accounts', scene: 'dozen' },
  { page: 'accounts', scene: 'extras' },
  { page: 'accounts', scene: 'rehearsal' },
  { page: 'accounts', scene: 'vault' },
  { page: 'accounts', scene: 'unreachable' },
  { page: 'accounts', scene: 'usual', open: (page) => page.locator('main .button.primary').first().click() },
  { page: 'pool/what-if/codex-pro-1', scene: 'usual', open: (page) => page.locator('main table').waitFor() },
  { page: 'requests', scene: 'moved', open: (page) => page.locator('td button').first().click() },
  { page: 'requests/usage', scene: 'usual', open: (page) => page.locator('main table').waitFor() },
  {
    page: 'requests/usage',
    scene: 'dozen',
    async open(page) {
      await page.locator('input[value=day]').check();
      await page.locator('main figure').waitFor();
    },
  },
  { page: 'clients', scene: 'usual', open: (page) => page.locator('main .button.primary').click() },
  {
    page: 'clients',
    scene: 'usual',
    async open(page) {
      await page.locator('section li .actions button').first().click();
      await page.locator('dialog pre').waitFor();
    },
  },
  { page: '', scene: 'browser' },
];

for (const { page: name, scene, open } of views) {
  test(`axe finds nothing serious on ${name || 'the closed page'} (${scene}${open ? ', opened' : ''})`, async () => {
    for (const dark of [false, true]) {
      const { page, close } = await openPage(preview, { scene, page: name, dark });
      await page.locator('main :is(h1, h2)').first().waitFor();
      await open?.(page);
      assert.deepEqual(await seriousFindings(page), [], dark ? 'dark' : 'light');
      await close();
    }
  });
}
