// The flows of flows.json in a browser, against the real server. The window of the real app goes through the same
// ones (tests/it/desktop/flows.rs): a flow is added to that file, and so to both.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { Player } from './player.mjs';
import { freshPage, openServed } from './served.mjs';

const { people, flows } = JSON.parse(await readFile(new URL('flows.json', import.meta.url), 'utf8'));

let served;
let player;
let errors;
before(async () => {
  served = await openServed([], people);
  const fresh = await freshPage(served);
  errors = fresh.errors;
  player = new Player(served, fresh.page, people);
  await fresh.page.goto(await served.link());
});
after(() => served?.close());

for (const { name, steps } of flows) {
  test(name, async () => {
    for (const step of steps) {
      await player.take(step).catch((error) => assert.fail(`${JSON.stringify(step)}: ${error.stack}`));
    }
    assert.deepEqual(errors, []);
  });
}
