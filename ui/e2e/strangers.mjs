// What a stranger tries with a dashboard that is served: each try leaves the link good for its owner. `served` has a
// browser, an origin and a way to make links; `opened` waits until a page shows what only the owner sees.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { FOREIGN_NAME, freshPage } from './served.mjs';

/** A page of another origin on this machine. */
async function openForeignSite() {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>elsewhere</title><body></body>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Reads, redeems and frames, from a page of another origin. */
export async function nothingForAPageOfAnotherOrigin(served, opened) {
  const site = await openForeignSite();
  const { page, context } = await freshPage(served);
  await page.goto(site.address);
  const link = await served.link();
  const outcome = await page.evaluate(
    async ([origin, secret]) => {
      const tried = async (path, init) => {
        try {
          const answer = await fetch(origin + path, init);
          return `${answer.type} ${answer.status} ${await answer.text()}`;
        } catch (error) {
          return error.name;
        }
      };
      const body = JSON.stringify({ link: secret });
      return [
        await tried('/', {}),
        await tried('/api/v1/status', { headers: { authorization: 'Bearer rps_x' } }),
        await tried('/api/v1/dashboard/sessions', { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
        await tried('/api/v1/dashboard/sessions', { method: 'POST', body, mode: 'no-cors' }),
      ];
    },
    [served.origin, link.split('#link=')[1]],
  );
  assert.deepEqual(outcome.slice(0, 3), ['TypeError', 'TypeError', 'TypeError']);
  assert.match(outcome[3], /^(opaque 0 |TypeError)$/);

  await page.evaluate((address) => {
    const frame = document.createElement('iframe');
    frame.src = address;
    document.body.append(frame);
    return new Promise((resolve) => frame.addEventListener('load', resolve));
  }, served.origin);
  const frames = page.frames().filter((frame) => frame !== page.mainFrame());
  assert.equal(frames.length, 1);
  assert.equal(await frames[0].locator('#app').count(), 0, 'the frame stays empty');

  await page.goto(link);
  await opened(page);
  site.close();
  await context.close();
}

/** Opens a good link under a name that is not this machine's. */
export async function nothingUnderAForeignName(served, opened) {
  const { page, context } = await freshPage(served);
  const link = await served.link();
  const answer = await page.goto(link.replace('127.0.0.1', FOREIGN_NAME));
  assert.equal(answer.status(), 403);
  assert.equal(await page.locator('#app').count(), 0);
  await page.goto(link);
  await opened(page);
  await context.close();
}
