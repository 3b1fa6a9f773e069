// `cargo xtask run` as a fresh container has it: no display, no bus, no keychain, no sudo, an empty home, and of all
// programs only those that a build needs. The build itself is the checkout's own.
import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { launchBrowser, stop } from './served.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** What rustc's linker, npm's starter and the checks of `cargo xtask` call. */
const PROGRAMS = ['cargo', 'rustc', 'cc', 'c++', 'ar', 'as', 'ld', 'node', 'npm', 'env', 'sh', 'uname'];
/** Longest wait for the printed link: a first build of the server's own selection takes minutes. */
const PATIENCE = 20 * 60_000;

async function found(name) {
  for (const folder of process.env.PATH.split(delimiter)) {
    const path = join(folder, name);
    if (await access(path).then(() => true, () => false)) return path;
  }
  throw new Error(`${name} is not in PATH; run cargo xtask test, which installs what is missing`);
}

/** Starts `cargo xtask run ARGS` there and waits for its link. */
export async function startBare(...args) {
  const home = await mkdtemp(join(tmpdir(), 'rockpool-bare-'));
  for (const folder of ['bin', 'tmp', 'home']) await mkdir(join(home, folder));
  for (const name of PROGRAMS) await symlink(await found(name), join(home, 'bin', name));
  const env = {
    PATH: join(home, 'bin'),
    HOME: join(home, 'home'),
    TMPDIR: join(home, 'tmp'),
    CARGO_HOME: process.env.CARGO_HOME ?? join(homedir(), '.cargo'),
    RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'),
    ROCKPOOL_LISTEN: '127.0.0.1:0',
  };
  if (process.env.CARGO_TARGET_DIR) env.CARGO_TARGET_DIR = process.env.CARGO_TARGET_DIR;
  const started = Date.now();
  const child = spawn('cargo', ['xtask', 'run', ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const close = async () => {
    await stop(child);
    await rm(home, { recursive: true, force: true });
  };
  let said = '';
  const read = (stream, line) => createInterface({ input: stream }).on('line', line);
  const printed = new Promise((resolve, reject) => {
    const line = (text) => {
      said += `${text}\n`;
      const link = text.match(/http:\/\/127\.0\.0\.1:\d+\/#link=\S+/);
      if (link) resolve(link[0]);
    };
    read(child.stdout, line);
    read(child.stderr, line);
    child.once('exit', (code) => reject(new Error(`cargo xtask run ended with ${code}:\n${said}`)));
    setTimeout(() => reject(new Error(`no link was printed:\n${said}`)), PATIENCE).unref();
  });
  try {
    const first = await printed;
    const browser = await launchBrowser();
    const origin = new URL(first).origin;
    return {
      browser,
      origin,
      /** The link that was printed, how long it took, and when it began, in milliseconds. */
      first,
      took: Date.now() - started,
      started,
      link: () => newLink(home, origin),
      said: () => said,
      home,
      close: async () => {
        await browser.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A further link, made as `rockpool dashboard` does: with the token that only the owner can read. */
async function newLink(home, origin) {
  const [control] = (await readdir(home, { recursive: true })).filter((path) => path.endsWith('control.json'));
  const { token } = JSON.parse(await readFile(join(home, control), 'utf8'));
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${origin}/api/v1/dashboard/links`, { method: 'POST', headers });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()).url;
}
