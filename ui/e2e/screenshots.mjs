// Photographs every page in every language, light and dark, at the usual and the smallest size.
// Usage: node e2e/screenshots.mjs [filter]; pictures land in test-results/screenshots.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openPreview, openPage } from './preview.mjs';

const folder = fileURLToPath(new URL('../test-results/screenshots/', import.meta.url));
const filter = process.argv[2] ?? '';
const sizes = { usual: [980, 700], small: [640, 480] };

async function summedBy(page, what) {
  await page.locator(`input[value=${what}]`).check();
  await page.locator('main [aria-busy=false] table').waitFor();
}

const views = [
  ...['accounts', 'pool', 'requests', 'clients'].flatMap((page) => [
    { page, scene: 'usual' },
    { page, scene: 'dozen' },
    { page, scene: 'empty' },
  ]),
  { page: 'settings', scene: 'usual' },
  { page: 'settings', scene: 'network' },
  { page: 'settings', scene: 'network', dialog: 'settings-lower', open: (page) => page.locator('main section').nth(2).scrollIntoViewIfNeeded() },
  { page: 'accounts', scene: 'first' },
  { page: 'accounts', scene: 'rehearsal' },
  { page: 'accounts', scene: 'vault' },
  { page: 'accounts', scene: 'key-beside' },
  { page: 'accounts', scene: 'vault-exposed' },
  { page: 'accounts', scene: 'vault-file' },
  { page: 'accounts', scene: 'unreachable' },
  { page: 'accounts', scene: 'usual', dialog: 'sign-in', open: (page) => page.locator('main .button.primary').first().click() },
  { page: 'accounts', scene: 'paste', dialog: 'paste', open: (page) => page.locator('main .button.primary').first().click() },
  { page: 'accounts', scene: 'ssh', dialog: 'device', open: (page) => page.locator('main .button.primary').first().click() },
  { page: 'accounts', scene: 'wsl', dialog: 'wsl', open: (page) => page.locator('main .button.primary').first().click() },
  { page: 'accounts', scene: 'no-device', dialog: 'no-device', open: (page) => page.locator('main .button.primary').first().click() },
  {
    page: 'accounts',
    scene: 'workspaces',
    dialog: 'other-workspace',
    async open(page) {
      await page.locator('main .button.primary').first().click();
      await page.locator('dialog [aria-expanded=true]').waitFor();
      await page.locator('dialog .address, dialog .buttons').first().waitFor();
      await page.evaluate('window.rockpoolMock.finishSignIn()');
      await page.getByText('Marine Lab').waitFor();
    },
  },
  { page: 'accounts', scene: 'dozen', dialog: 'rename', open: (page) => page.locator('.actions button').nth(2).click() },
  { page: 'accounts', scene: 'dozen', dialog: 'remove', open: (page) => page.locator('.actions button').nth(4).click() },
  { page: 'accounts', scene: 'usual', dialog: 'import', open: (page) => page.locator('main button').first().click() },
  {
    page: 'accounts',
    scene: 'usual',
    dialog: 'import-table',
    async open(page) {
      await page.locator('main button').first().click();
      await page.locator('dialog textarea').fill('{}');
      await page.locator('dialog footer .primary').click();
      await page.locator('dialog li').first().waitFor();
    },
  },
  {
    page: 'accounts',
    scene: 'usual',
    dialog: 'imported',
    async open(page) {
      await page.locator('main button').first().click();
      await page.locator('dialog textarea').fill('{}');
      await page.locator('dialog footer .primary').click();
      await page.locator('dialog li').first().waitFor();
      await page.locator('dialog footer .primary').click();
      await page.locator('dialog .note').scrollIntoViewIfNeeded();
    },
  },
  { page: 'pool', scene: 'usual', dialog: 'draft', open: (page) => page.locator('input[type=radio]').last().check() },
  { page: 'accounts', scene: 'flapping' },
  { page: 'accounts', scene: 'extras', open: (page) => page.locator('details summary').first().click() },
  { page: 'accounts', scene: 'runway' },
  { page: 'accounts', scene: 'workspace' },
  { page: 'pool', scene: 'runway' },
  { page: 'pool', scene: 'moved', dialog: 'rotate', open: (page) => page.locator('input[value=rotate]').scrollIntoViewIfNeeded() },
  { page: 'pool/what-if/codex-pro-1', scene: 'usual', dialog: 'what-if', open: (page) => page.locator('main table').waitFor() },
  {
    page: 'pool/what-if/codex-pro-1',
    scene: 'usual',
    dialog: 'what-if-without',
    async open(page) {
      await page.locator('main input[type=checkbox]').nth(1).check();
      await page.locator('main td .dim').first().waitFor();
      await page.locator('main details summary').click();
    },
  },
  { page: 'pool/what-if/codex-01', scene: 'dozen', dialog: 'what-if-dozen', open: (page) => page.locator('main table').waitFor() },
  { page: 'pool/what-if/codex-pro-1', scene: 'quiet', dialog: 'what-if-quiet' },
  { page: 'requests', scene: 'moved', dialog: 'moved', open: (page) => page.locator('td button').first().click() },
  { page: 'requests', scene: 'moved', dialog: 'bound', open: (page) => page.locator('td button').nth(1).click() },
  { page: 'requests', scene: 'usual', dialog: 'old', open: (page) => page.locator('td button').last().click() },
  { page: 'requests/usage', scene: 'usual', dialog: 'usage', open: (page) => page.locator('main table').waitFor() },
  { page: 'requests/usage', scene: 'empty', dialog: 'usage-empty' },
  { page: 'requests/usage', scene: 'usual', dialog: 'usage-models', open: (page) => summedBy(page, 'model') },
  { page: 'requests/usage', scene: 'usual', dialog: 'usage-days', open: (page) => summedBy(page, 'day') },
  {
    page: 'requests/usage',
    scene: 'usual',
    dialog: 'usage-week',
    async open(page) {
      await summedBy(page, 'day');
      await page.locator('input[value="7"]').check();
    },
  },
  { page: 'requests/usage', scene: 'dozen', dialog: 'usage-dozen', open: (page) => summedBy(page, 'account') },
  {
    page: 'requests/usage',
    scene: 'usual',
    dialog: 'usage-failed',
    async open(page) {
      await page.locator('main table').waitFor();
      await page.evaluate('window.rockpoolMock.setReachable(false)');
      await page.locator('input[value=account]').check();
      await page.locator('main [role=alert]').waitFor();
    },
  },
  { page: 'clients', scene: 'single' },
  { page: 'clients', scene: 'elsewhere' },
  { page: 'clients', scene: 'usual', dialog: 'snippets', open: (page) => page.locator('main figure').scrollIntoViewIfNeeded() },
  {
    page: 'clients',
    scene: 'usual',
    dialog: 'connect',
    async open(page) {
      await page.locator('section li .actions button').first().click();
      await page.locator('dialog pre').waitFor();
    },
  },
  {
    page: 'clients',
    scene: 'usual',
    dialog: 'connected',
    async open(page) {
      await page.locator('section li .actions button').first().click();
      await page.locator('dialog pre').waitFor();
      await page.locator('dialog button[type=submit]').click();
      await page.locator('dialog .good').waitFor();
    },
  },
  {
    page: 'clients',
    scene: 'usual',
    dialog: 'disconnect',
    async open(page) {
      await page.locator('section li').nth(2).locator('.actions button').first().click();
      await page.locator('dialog input[type=radio]').first().waitFor();
    },
  },
  {
    page: 'clients',
    scene: 'single',
    dialog: 'override',
    async open(page) {
      await page.locator('li button').nth(3).click();
      await page.locator('dialog input[value=custom]').scrollIntoViewIfNeeded();
    },
  },
  { page: 'requests', scene: 'usual', dialog: 'why', open: (page) => page.locator('td button').first().click() },
  { page: 'clients', scene: 'usual', dialog: 'add', open: (page) => page.locator('main .button.primary').click() },
  {
    page: 'clients',
    scene: 'usual',
    dialog: 'key',
    async open(page) {
      await page.locator('main .button.primary').click();
      await page.locator('dialog input').first().fill('editor');
      await page.locator('dialog button[type=submit]').click();
      await page.locator('dialog pre').first().waitFor();
    },
  },
];

await mkdir(folder, { recursive: true });
const preview = await openPreview();
try {
  for (const { page: name, scene, dialog, open } of views) {
    for (const lang of ['en', 'vi', 'zh', 'ja']) {
      for (const dark of [false, true]) {
        for (const [label, size] of Object.entries(sizes)) {
          const file = `${name.split('/')[0]}-${dialog ?? scene}-${lang}-${dark ? 'dark' : 'light'}-${label}`;
          if (!file.includes(filter)) continue;
          const { page, errors, close } = await openPage(preview, { scene, page: name, lang, dark, size });
          await page.locator('main :is(h1, h2)').first().waitFor();
          await open?.(page);
          if (open) await page.waitForTimeout(200);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          if (wide > 0) console.log(`${file}: ${wide} px too wide`);
          for (const error of errors) console.log(`${file}: ${error}`);
          await page.screenshot({ path: `${folder}${file}.png` });
          await close();
        }
      }
    }
  }
} finally {
  await preview.close();
}
