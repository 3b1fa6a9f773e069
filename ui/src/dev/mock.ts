// A transport over an engine made of a scene: it answers the management API and moves sign-ins along.
import { Unreachable, copyInPage, type Reply, type Transport } from '../api/transport';
import type {
  AccountView, ClientView, Conversations, EngineEvent, ImportChoice, PoolChange, PoolView, SignInView, SignInWaysView, Snapshot,
} from '../api/types';
import { isFinal } from '../state/sign-in.svelte';
import { freshPool } from '../pages/pool/draft';
import { accountOf, at, minutes, START, uuid } from './samples';
import { withFacts } from './facts';
import { replayOf } from './sample-replay';
import { usageOf } from './sample-usage';
import { changed, movedTo, networkSettings, usualSettings } from './sample-settings';
import { checkPool } from './pool-rules';
import { importedRow, importRows } from './sample-import';
import { previewOf, sampleSnippets, usualTools } from './sample-tools';
import { SCENES } from './scenes';

type Body = Record<string, unknown>;
type Handler = (name: string, body: Body, query: URLSearchParams) => Reply;

/** What tests and the console may do to the mock: `window.rockpoolMock`. */
export interface MockControl {
  /** Everything that was copied, newest last. */
  copied: string[];
  /** Every address that the page opened in a browser, newest last. */
  opened: string[];
  /** Every call, newest last. */
  calls: { method: string; path: string; body: unknown }[];
  /** Lets the browser come back for the oldest waiting sign-in. */
  finishSignIn(): void;
  /** Makes the newest waiting sign-in end in `state`. */
  endSignIn(state: SignInView['state'], message: string | null): void;
  /** Cuts the engine off, or brings it back. */
  setReachable(reachable: boolean): void;
  /** Changes one account, as an event would announce. */
  editAccount(name: string, part: Partial<AccountView>): void;
  /** Changes one pool, as an event would announce. */
  editPool(owner: string, part: Partial<PoolView>): void;
}

const ok = (body: unknown, status = 200): Reply => ({ status, body });
const refuse = (status: number, code: string, detail: string, subject: string | null = null): Reply => ({
  status,
  body: { type: 'about:blank', title: code, status, detail, code, subject },
});

/** What an engine says that runs on the machine of a scene's name. */
function waysOn(scene: string): SignInWaysView {
  const machine = scene === 'ssh' || scene === 'container' || scene === 'wsl' ? scene : scene === 'no-device' ? 'headless' : 'desktop';
  const near = machine === 'desktop' || machine === 'wsl';
  return {
    machine,
    ways: near ? ['browser', 'device', 'paste'] : ['device', 'paste', 'browser'],
    why: 'As the scene wants it.',
    opens_browser: machine === 'desktop',
  };
}

export function mockTransport(scene: string): Transport {
  const listeners = new Set<(event: EngineEvent) => void>();
  let snapshot = (SCENES[scene] ?? SCENES.usual!)();
  let settings = scene === 'network' ? networkSettings() : usualSettings();
  let tools = usualTools();
  let reachable = scene !== 'unreachable';
  let serial = 0;
  const opened = Date.now();

  function change(part: Partial<Snapshot>) {
    snapshot = withFacts({ ...snapshot, ...part });
    for (const listener of listeners) listener({ type: 'changed' });
  }
  const account = (name: string) => snapshot.accounts.find((one) => one.name === name);
  const editSignIn = (id: string, part: Partial<SignInView>) =>
    change({ sign_ins: snapshot.sign_ins.map((one) => (one.id === id ? { ...one, ...part } : one)) });

  function finish(view: SignInView) {
    editSignIn(view.id, { state: 'exchanging' });
    setTimeout(() => {
      const repaired = view.account ? account(view.account) : undefined;
      if (repaired) {
        editSignIn(view.id, { state: 'done', result: repaired.name });
        change({ accounts: snapshot.accounts.map((one) => (one.id === repaired.id ? { ...one, state: 'ready', readiness: 'active' } : one)) });
        return;
      }
      const name = `codex-plus-${snapshot.accounts.length + 1}`;
      editSignIn(view.id, { state: 'done', result: name });
      change({ accounts: [...snapshot.accounts, accountOf(50 + snapshot.accounts.length, name, { plan: 'plus' })] });
    }, 300);
  }

  function keyFor(name: string, kind: unknown): { key: string; base_url: string } {
    serial += 1;
    const key = `${kind === 'path' ? 'rpu' : 'rp'}_${`${name}Zx81kQ0vLr2TnB7cWm4PyH6sDf9`.replace(/[^A-Za-z0-9]/g, '').slice(0, 24)}${String(serial).padStart(12, '0')}`;
    const base = snapshot.endpoint;
    return { key, base_url: kind === 'path' ? base.replace(/\/v1$/, `/k/${key}/v1`) : base };
  }

  const routes: [string, RegExp, Handler][] = [
    ['GET', /^\/status$/, () => ok({ ...snapshot, taken_at: new Date(START + Date.now() - opened).toISOString() })],
    ['GET', /^\/sign-ins\/ways$/, () => ok(waysOn(scene))],
    ['GET', /^\/settings$/, () => ok(settings)],
    ['PATCH', /^\/settings$/, (_, body) => {
      const next = changed(settings, body);
      if ('detail' in next) {
        const refused = refuse(422, 'invalid_settings', next.detail, next.field);
        return { ...refused, body: { ...(refused.body as object), fields: [next] } };
      }
      settings = next;
      for (const listener of listeners) listener({ type: 'settings', endpoint: snapshot.endpoint });
      return ok(settings);
    }],
    ['POST', /^\/settings\/vault\/move$/, (_, body) => {
      settings = movedTo(settings, body.to as 'file' | 'keychain');
      return ok(settings);
    }],
    ['POST', /^\/settings\/vault\/retry$/, () => ok(settings)],
    ['POST', /^\/sign-ins$/, (_, body) => {
      const wanted = typeof body.account === 'string' ? body.account : null;
      const method = body.method === 'device' ? 'device' : 'browser';
      if (method === 'device' && scene === 'no-device') {
        return refuse(409, 'device_codes_off', 'The provider gives no device codes here: they are switched off. Sign in through a browser.', 'method');
      }
      const pending = snapshot.sign_ins.find((one) => (one.account ?? null) === wanted && one.method === method && !isFinal(one));
      if (pending) return ok(pending, 201);
      serial += 1;
      const view: SignInView = {
        id: uuid(0x300 + serial),
        account: wanted,
        method,
        state: 'waiting',
        authorize_url: method === 'device' ? 'https://auth.openai.example/codex/device' : `https://auth.openai.example/oauth/authorize?client_id=app&redirect_uri=http%3A%2F%2F127.0.0.1%3A1455%2Fauth%2Fcallback&state=s${serial}`,
        user_code: method === 'device' ? 'WDJB-MJHT' : null,
        callback: method === 'browser' && scene === 'paste' ? 'paste_only' : 'automatic',
        browser: body.open_browser === 'yes' ? 'opened' : 'not_asked',
        message: null,
        result: null,
        expires_at: at(minutes(10)),
      };
      change({ sign_ins: [...snapshot.sign_ins, view] });
      return ok(view, 201);
    }],
    ['DELETE', /^\/sign-ins\/([^/]+)$/, (id) => {
      editSignIn(id, { state: 'cancelled' });
      return ok(null, 204);
    }],
    ['POST', /^\/sign-ins\/([^/]+)\/callback$/, (id, body) => {
      const view = snapshot.sign_ins.find((one) => one.id === id);
      if (!view) return refuse(404, 'sign_in_not_found', 'This sign-in is over. Start a new one.');
      if (!String(body.url).includes('code=')) {
        return refuse(422, 'callback_without_code', 'This address holds no code. Copy the whole address of the last page.', 'url');
      }
      finish(view);
      return ok({ ...view, state: 'exchanging' });
    }],
    ['PATCH', /^\/accounts\/([^/]+)$/, (name, body) => {
      const renamed = typeof body.name === 'string' ? body.name : name;
      if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(renamed)) {
        return refuse(422, 'invalid_name', `“${renamed}” cannot be a short name: use lower-case letters, digits and hyphens.`, 'name');
      }
      if (renamed !== name && account(renamed)) return refuse(409, 'name_taken', `There is an account “${renamed}” already.`, renamed);
      change({
        accounts: snapshot.accounts.map((one) => {
          if (one.name !== name) return one;
          const state = body.state === 'paused' ? 'paused' : body.state === 'active' ? 'ready' : one.state;
          const readiness = state === 'ready' ? 'active' : one.state === state ? one.readiness : 'blocked';
          return { ...one, name: renamed, display_name: String(body.display_name ?? one.display_name), state, readiness };
        }),
      });
      return ok(account(renamed));
    }],
    ['PUT', /^\/account-order$/, (_, body) => {
      const names = body.names as string[];
      const place = (one: AccountView) => (names.includes(one.name) ? names.indexOf(one.name) : names.length);
      change({ accounts: snapshot.accounts.toSorted((one, other) => place(one) - place(other)) });
      return ok(snapshot.accounts);
    }],
    ['POST', /^\/imports\/preview$/, () => ok({ rows: importRows() })],
    ['POST', /^\/imports$/, (_, body) => {
      const rows = (body.rows as ImportChoice[]).map((choice) => importedRow(choice));
      const added = rows.filter((row) => row.account !== null && row.fate !== 'repairs');
      const accounts = added.map((row, index) => accountOf(70 + index, row.account ?? '', { plan: 'plus' }));
      change({ accounts: [...snapshot.accounts, ...accounts] });
      return ok({ rows });
    }],
    ['DELETE', /^\/accounts\/([^/]+)$/, (name) => {
      change({ accounts: snapshot.accounts.filter((one) => one.name !== name) });
      return ok(null, 204);
    }],
    ['GET', /^\/accounts\/([^/]+)\/workspaces$/, (name) => {
      const workspace = { workspace_id: 'of-lab', name: 'Marine Lab', plan: 'business', account: null };
      return account(name) ? ok(scene === 'workspaces' ? [workspace] : []) : refuse(404, 'account_not_found', `There is no account “${name}”.`, name);
    }],
    ['POST', /^\/accounts\/([^/]+)\/workspaces$/, () => {
      const added = accountOf(90, 'codex-business-1', { plan: 'business', display_name: 'codex-business-1' });
      change({ accounts: [...snapshot.accounts, added] });
      return ok(added, 201);
    }],
    ['POST', /^\/accounts\/([^/]+)\/quota$/, (name) => {
      change({ accounts: snapshot.accounts.map((one) => (one.name === name ? { ...one, quota_seen_at: at(0), quota_source: 'usage' } : one)) });
      return ok(account(name));
    }],
    ['PUT', /^\/pools\/([^/]+)$/, (owner, body) => {
      const members = body.extra_provider_names as string[];
      const broken = checkPool(snapshot, owner, members);
      if (broken) return refuse(422, broken.code, broken.detail, broken.subject);
      const before = snapshot.pools.find((pool) => pool.owner === owner);
      const pool = { ...freshPool(owner), serving: true, ...before, ...(body as unknown as PoolChange), conversations: (body.conversations as Conversations | undefined) ?? 'stay' };
      change({
        pools: [...snapshot.pools.filter((one) => one.owner !== owner), pool],
        accounts: snapshot.accounts.map((one) => {
          if (one.name === owner) return { ...one, role: 'owner', pool: owner };
          if (members.includes(one.name)) return { ...one, role: 'member', pool: owner };
          return one.pool === owner ? { ...one, role: 'single', pool: null } : one;
        }),
      });
      return ok(pool);
    }],
    ['GET', /^\/usage$/, (_name, _body, query) => ok(usageOf(snapshot, query))],
    ['GET', /^\/pools\/([^/]+)\/what-if$/, (owner, _, query) => {
      const without = (query.get('without') ?? '').split(',').filter((name) => name !== '');
      const view = replayOf(snapshot, owner, without);
      return view ? ok(view) : refuse(404, 'pool_not_found', `“${owner}” owns no pool.`, owner);
    }],
    ['DELETE', /^\/pools\/([^/]+)$/, (owner) => {
      change({
        pools: snapshot.pools.filter((one) => one.owner !== owner),
        accounts: snapshot.accounts.map((one) => (one.pool === owner ? { ...one, role: 'single', pool: null } : one)),
      });
      return ok(null, 204);
    }],
    ['POST', /^\/clients$/, (_, body) => {
      const name = String(body.name);
      if (snapshot.clients.some((one) => one.name === name)) return refuse(409, 'name_taken', `There is a client “${name}” already.`, name);
      const kind = body.key_kind === 'path' ? 'path' : 'bearer';
      const issued = keyFor(name, kind);
      const client = {
        id: uuid(0x400 + serial), name, account: String(body.account), key_kind: kind, key_hint: issued.key.slice(0, 8),
        override_mode: (body.override_mode ?? 'inherit') as ClientView['override_mode'],
        strategy: (body.strategy ?? null) as ClientView['strategy'],
        last_used_at: null,
        tool: null,
      } as const;
      change({ clients: [...snapshot.clients, client] });
      return ok({ client, ...issued }, 201);
    }],
    ['PATCH', /^\/clients\/([^/]+)$/, (name, body) => {
      change({ clients: snapshot.clients.map((one) => (one.name === name ? { ...one, ...(body as Partial<typeof one>) } : one)) });
      return ok(null);
    }],
    ['POST', /^\/clients\/([^/]+)\/key$/, (name) => {
      const client = snapshot.clients.find((one) => one.name === name);
      return client ? ok({ client, ...keyFor(name, client.key_kind) }) : refuse(404, 'client_not_found', `There is no client “${name}”.`, name);
    }],
    ['DELETE', /^\/clients\/([^/]+)$/, (name) => {
      change({ clients: snapshot.clients.filter((one) => one.name !== name) });
      return ok(null, 204);
    }],
    ['GET', /^\/tools$/, () => (scene === 'elsewhere' ? refuse(403, 'not_this_machine', 'Tools are connected on the machine that Rockpool runs on. For a tool on another machine, take a snippet and give it a key of its own.') : ok(tools))],
    ['GET', /^\/snippets$/, () => ok(sampleSnippets(snapshot.endpoint))],
    ['POST', /^\/tools\/([^/]+)\/preview$/, (name, body) => {
      const tool = tools.find((one) => one.name === name);
      return tool ? ok(previewOf(tool, String(body.account ?? snapshot.accounts[0]?.name), snapshot.endpoint)) : refuse(404, 'tool_not_found', `There is no tool “${name}”.`, name);
    }],
    ['POST', /^\/tools\/([^/]+)\/connect$/, (name, body) => {
      const model = typeof body.model === 'string' ? body.model : null;
      tools = tools.map((one) => (one.name === name ? { ...one, state: 'connected', edited: [], client: name, connected_at: at(0), model } : one));
      change({});
      return ok({ tool: tools.find((one) => one.name === name), todo: [{ kind: 'restart' }] });
    }],
    ['POST', /^\/tools\/([^/]+)\/verify$/, () =>
      scene === 'dozen' ? refuse(503, 'check_failed', 'No account can serve this request before 4:15 PM.') : ok({ account: snapshot.accounts[0]?.name, model: 'gpt-5.6-luna', milliseconds: 1240 })],
    ['POST', /^\/tools\/([^/]+)\/disconnect$/, (name, body) => {
      const tool = tools.find((one) => one.name === name);
      if (tool?.state === 'edited' && body.edited === 'ask') return refuse(409, 'settings_edited', 'The file has been edited where Rockpool had changed it.', name);
      tools = tools.map((one) => (one.name === name ? { ...one, state: 'not_connected', edited: [], client: null, connected_at: null } : one));
      change({});
      return ok(tools.find((one) => one.name === name));
    }],
  ];

  const control: MockControl = {
    copied: [],
    opened: [],
    calls: [],
    finishSignIn() {
      const waiting = snapshot.sign_ins.find((one) => one.state === 'waiting');
      if (waiting) finish(waiting);
    },
    endSignIn(state, message) {
      const waiting = snapshot.sign_ins.findLast((one) => one.state === 'waiting');
      if (waiting) editSignIn(waiting.id, { state, message });
    },
    setReachable(value) {
      reachable = value;
      change({});
    },
    editAccount(name, part) {
      change({ accounts: snapshot.accounts.map((one) => (one.name === name ? { ...one, ...part } : one)) });
    },
    editPool(owner, part) {
      change({ pools: snapshot.pools.map((one) => (one.owner === owner ? { ...one, ...part } : one)) });
    },
  };
  Object.assign(window, { rockpoolMock: control });

  return {
    browser: scene === 'ssh' ? 'page' : 'engine',
    caller: 'mock',
    async openExternal(url) {
      control.opened.push(url);
    },
    async call(method, path, body) {
      control.calls.push({ method, path, body });
      await new Promise((resolve) => setTimeout(resolve, scene === 'loading' ? 3_600_000 : 20));
      if (!reachable) throw new Unreachable('the mock engine is cut off');
      const [rest = '', query = ''] = path.replace(/^\/api\/v1/, '').split('?');
      for (const [verb, pattern, handle] of routes) {
        const match = verb === method ? pattern.exec(rest) : null;
        if (match) return structuredClone(handle(decodeURIComponent(match[1] ?? ''), (body ?? {}) as Body, new URLSearchParams(query)));
      }
      return refuse(404, 'unknown_path', `The mock has no ${method} ${path}.`);
    },
    events(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async copy(text) {
      control.copied.push(text);
      await copyInPage(text).catch(() => undefined);
    },
  };
}
