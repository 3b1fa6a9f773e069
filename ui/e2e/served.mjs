// The real `rockpool serve` in front of the simulator, and a browser that has never been there.
import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { browserPath } from './preview.mjs';

/** A host name that the browser is made to believe leads here. */
export const FOREIGN_NAME = 'rockpool.example';

function program(variable) {
  const path = process.env[variable];
  if (!path) throw new Error(`${variable} is not set: run cargo xtask test`);
  return path;
}

/** The first line of a program's output, as JSON. */
async function firstLine(child) {
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${child.spawnfile} ended with ${code}`))),
  ]);
  lines.resume();
  return JSON.parse(line);
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(late);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A browser that takes `FOREIGN_NAME` for this machine. */
export function launchBrowser() {
  const args = ['--no-sandbox', `--host-resolver-rules=MAP ${FOREIGN_NAME} 127.0.0.1`];
  return chromium.launch({ executablePath: browserPath(), args });
}

/**
 * Nobody is signed in, but for the `signedIn`, each as `of-NAME`; `close` ends everything.
 * The simulator knows `people`, or those of its demonstration.
 */
export async function openServed(signedIn = ['ada'], people = null) {
  const ends = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await opened(ends, signedIn, people)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What has to be ended afterwards is added to `ends` as it begins. */
async function opened(ends, signedIn, people) {
  const home = await mkdtemp(join(tmpdir(), 'rockpool-served-'));
  ends.push(() => rm(home, { recursive: true }));
  // By which the Codex CLI is found.
  await mkdir(join(home, '.codex'));
  const known = join(home, 'people.json');
  if (people) await writeFile(known, JSON.stringify(people));
  const sim = spawn(program('ROCKPOOL_SIM_BIN'), people ? ['--people', known] : ['--demo'], { stdio: ['ignore', 'pipe', 'ignore'] });
  ends.push(() => stop(sim));
  const simulator = await firstLine(sim);
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    ROCKPOOL_DATA_DIR: join(home, 'data'),
    ROCKPOOL_LISTEN: `127.0.0.1:${port}`,
    ROCKPOOL_AUTH_URL: simulator.auth_url,
    ROCKPOOL_BACKEND_URL: simulator.backend_url,
    ROCKPOOL_VAULT: 'memory',
    ROCKPOOL_LOG: 'trace',
  };
  const rockpool = async (...args) => (await promisify(execFile)(program('ROCKPOOL_BIN'), args, { env })).stdout.trim();
  let log = '';
  let server;

  async function start() {
    server = spawn(program('ROCKPOOL_BIN'), ['serve', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    server.stderr.on('data', (part) => (log += part));
    await firstLine(server);
  }
  ends.push(() => server && stop(server));
  await start();
  const browser = await launchBrowser();
  ends.push(() => browser.close());
  for (const name of signedIn) await signIn(name, simulator, env.ROCKPOOL_DATA_DIR);

  return {
    browser,
    origin: `http://127.0.0.1:${port}`,
    /** Asks the simulator for something, as its control API has it, and gives its answer. */
    async steer(call, body) {
      const answer = await fetch(`${simulator.control_url}/${call}`, { method: 'POST', body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.json();
    },
    rockpool,
    /** A link as `rockpool dashboard` prints it. */
    link: () => rockpool('dashboard', '--no-browser'),
    /** Everything that the server logged. */
    log: () => log,
    stop: () => stop(server),
    start,
  };
}

/** Makes a login at the simulator and an account of it, `of-NAME`. */
async function signIn(name, simulator, dataDir) {
  const post = async (url, body, headers = {}) => {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const seat = { user_id: `user-${name}`, account_id: `acct-${name}` };
  const { auth_json } = await post(`${simulator.control_url}/mint-login`, seat);
  const { address, token } = JSON.parse(await readFile(join(dataDir, 'control.json'), 'utf8'));
  await post(
    `http://${address}/api/v1/accounts/import`,
    { auth_json: JSON.stringify(auth_json), mode: 'take_over', name: `of-${name}` },
    { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  );
}

/** A page with its own storage. `errors` collects everything that the browser complained about. */
export async function freshPage(served, options = {}) {
  const context = await served.browser.newContext({ viewport: { width: 1100, height: 760 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { page, context, errors };
}
