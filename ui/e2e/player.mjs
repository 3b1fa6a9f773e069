// Takes the steps of flows.json in a browser. The window's steps are in tests/src/session/flow.rs; both refuse a step
// that they do not know.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PICTURES = fileURLToPath(new URL('../test-results/served/', import.meta.url));
/** The engine asks the provider every few seconds whether a code was entered. */
const PATIENCE = 20_000;

export class Player {
  /** Pages that the dashboard opened, as the browser of a person who signs in. */
  #opened = [];
  #place = 0;
  #key = null;

  constructor(served, page, people) {
    this.served = served;
    this.page = page;
    this.people = people;
    page.context().on('page', (opened) => this.#opened.push(opened));
  }

  async take(step) {
    const [[kind, what], ...more] = typeof step === 'string' ? [[step]] : Object.entries(step);
    if (more.length > 0 || !Object.hasOwn(this.#steps, kind)) throw new Error('no such step');
    await this.#steps[kind](what);
  }

  /** What a person can reach: the open dialog, or else the page. */
  get #scope() {
    return this.page.locator('dialog[open], body:not(:has(dialog[open]))').last();
  }

  #field = (name) => this.#scope.getByLabel(name, { exact: true });
  #text = () => this.page.evaluate(() => document.body.innerText);

  #seat(name) {
    const person = this.people.find(({ user_id }) => user_id === `user-${name}`);
    return { user_id: person.user_id, account_id: person.workspaces[0].account_id };
  }

  async #ask() {
    const input = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] }];
    const answer = await fetch(`${this.served.origin}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-5.5', instructions: 'be brief', input, tools: [], store: false, stream: true }),
    });
    assert.equal(answer.status, 200, await answer.text());
  }

  #steps = {
    says: async (words) => {
      const said = (all) => all.every((word) => document.body.innerText.includes(word));
      await this.page.waitForFunction(said, words, { timeout: PATIENCE }).catch(async () => {
        assert.fail(`waited in vain for ${JSON.stringify(words)}; the page says:\n${await this.#text()}`);
      });
    },
    lacks: async (word) => assert.ok(!(await this.#text()).includes(word)),
    click: async (name) => {
      const [button, link] = ['button', 'link'].map((role) => this.#scope.getByRole(role, { name, exact: true }));
      await button.or(link).first().click();
    },
    choose: (option) => this.#scope.getByRole('radio', { name: option }).check(),
    fill: (what) => this.#field(what.field).fill(what.with),
    press: (key) => this.page.keyboard.press(key),
    cards: async (count) => {
      await this.page.getByRole('article').nth(count - 1).waitFor();
      assert.equal(await this.page.getByRole('article').count(), count);
    },
    picture: async (name) => {
      await mkdir(PICTURES, { recursive: true });
      await this.page.screenshot({ path: `${PICTURES}${name}.png` });
    },
    comes_to_sign_in: async (name) => {
      this.#place = this.#opened.length;
      await this.served.steer('next-sign-in', { as: this.#seat(name) });
    },
    // Which way is open at first depends on the machine of the server, and tests run on any.
    window_opens_browser: () => undefined,
    browser_ends_sign_in: async () => {
      const opened = this.#opened[this.#place] ?? (await this.page.context().waitForEvent('page'));
      await opened.waitForLoadState();
      await opened.close();
    },
    enters_code: async (name) => {
      const code = await this.#scope.getByText(/^[A-Z0-9]{4}-[A-Z0-9]{4,5}$/).textContent();
      await this.served.steer('device', { user_code: code, seat: this.#seat(name) });
    },
    copies_address: async ({ from, to }) => {
      const ended = await fetch(await this.#field(from).inputValue(), { redirect: 'manual' });
      await this.#field(to).fill(ended.headers.get('location'));
    },
    takes_key: async () => {
      this.#key = await this.#scope.locator('pre').first().textContent();
      assert.match(this.#key, /^rp_[\w-]{32,}$/);
    },
    asks: async (times) => {
      for (let count = 0; count < times; count += 1) await this.#ask();
    },
    rockpool: (words) => this.served.rockpool(...words),
    pastes: async ({ field, logins_of, text }) => {
      let filled = JSON.stringify(text);
      for (const name of logins_of) {
        const { tokens } = (await this.served.steer('mint-login', this.#seat(name))).auth_json;
        for (const [part, value] of Object.entries(tokens)) filled = filled.replaceAll(`{${name}.${part}}`, value);
      }
      await this.#field(field).fill(filled);
    },
  };
}
