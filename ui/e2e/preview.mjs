// A built dashboard over the mock engine, served with the real content policy, and a browser to drive it.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Debian's browser unless another one is named. */
export function browserPath() {
  const named = process.env.ROCKPOOL_TEST_BROWSER;
  const path = named ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
  if (!path) throw new Error('no Chromium found: install it, or name one in ROCKPOOL_TEST_BROWSER');
  return path;
}

/** Builds, serves and launches; `close` ends all of it. */
export async function openPreview() {
  const outDir = await mkdtemp(join(tmpdir(), 'rockpool-ui-'));
  await build({ root, mode: 'mock', logLevel: 'warn', build: { outDir, emptyOutDir: true } });
  const server = await preview({ root, mode: 'mock', logLevel: 'warn', build: { outDir }, preview: { port: 0 } });
  const { port } = server.httpServer.address();
  const browser = await chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox'] });
  return {
    browser,
    address: `http://127.0.0.1:${port}/`,
    async close() {
      await browser.close();
      await server.close();
      await rm(outDir, { recursive: true });
    },
  };
}

/** A page on one scene. `errors` collects everything that the browser complained about. */
export async function openPage(preview, options = {}) {
  const { scene = 'usual', page: name = 'accounts', lang = 'en', dark = false, size = [980, 700] } = options;
  const context = await preview.browser.newContext({
    viewport: { width: size[0], height: size[1] },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: lang === 'en' ? 'en-GB' : lang,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(5000);
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${preview.address}?scene=${scene}#/${name}`);
  return { page, errors, close: () => context.close() };
}
