// Photographs every page in every language, light and dark, at the usual and the smallest size.
// Usage: node e2e/screenshots.mjs [filter]; pictures land in test-results/screenshots.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openLab, openPage } from './lab.mjs';

const folder = fileURLToPath(new URL('../test-results/screenshots/', import.meta.url));
const filter = process.argv[2] ?? '';
const sizes = { usual: [980, 700], small: [640, 480] };
const views = [
  ...['accounts', 'pool', 'requests', 'clients'].flatMap((page) => [
    { page, scene: 'usual' },
    { page, scene: 'eleven' },
    { page, scene: 'empty' },
  ]),
  { page: 'accounts', scene: 'first' },
  { page: 'accounts', scene: 'rehearsal' },
  { page: 'accounts', scene: 'vault' },
  { page: 'accounts', scene: 'unreachable' },
];

await mkdir(folder, { recursive: true });
const lab = await openLab();
try {
  for (const { page: name, scene } of views) {
    for (const lang of ['en', 'vi', 'zh', 'ja']) {
      for (const dark of [false, true]) {
        for (const [label, size] of Object.entries(sizes)) {
          const file = `${name}-${scene}-${lang}-${dark ? 'dark' : 'light'}-${label}`;
          if (!file.includes(filter)) continue;
          const { page, errors, close } = await openPage(lab, { scene, page: name, lang, dark, size });
          await page.locator('main :is(h1, h2)').first().waitFor();
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
  await lab.close();
}
