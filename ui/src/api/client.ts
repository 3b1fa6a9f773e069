// The management API as typed functions over a transport.
import createClient from 'openapi-fetch';
import { problemFrom } from './problem';
import type { paths } from './schema.gen';
import type { Transport } from './transport';
import type {
  AccountChange, ClientChange, ClientNew, ImportChoice, ImportFile, NewSignIn, OpenBrowser, PoolChange, SettingsChange,
  SignInMethod, ToolConnect, ToolDisconnect, UsageBy, VaultKind,
} from './types';

/** `Request` takes whole addresses only; this one is never dialled, for the transport gets what follows it. */
const ORIGIN = 'http://engine.invalid';

export type Api = ReturnType<typeof createApi>;

export function createApi(transport: Transport) {
  const client = createClient<paths>({ baseUrl: ORIGIN, fetch: (request) => fetchOver(transport, request) });
  const named = (name: string) => ({ params: { path: { name } } });
  const owned = (owner: string) => ({ params: { path: { owner } } });
  const numbered = (id: string) => ({ params: { path: { id } } });

  return {
    status: () => answerOf(client.GET('/api/v1/status')),

    settings: () => answerOf(client.GET('/api/v1/settings')),
    updateSettings: (body: SettingsChange) => answerOf(client.PATCH('/api/v1/settings', { body })),

    moveVault: (to: VaultKind) => answerOf(client.POST('/api/v1/settings/vault/move', { body: { to } })),
    retryVault: () => answerOf(client.POST('/api/v1/settings/vault/retry')),

    signInWays: () => answerOf(client.GET('/api/v1/sign-ins/ways')),
    /** Started again in the same place, the pending one is meant. */
    startSignIn(repaired: string | null, method: SignInMethod, openBrowser: OpenBrowser) {
      const body: NewSignIn = { account: repaired, method, open_browser: openBrowser, caller: transport.caller };
      return answerOf(client.POST('/api/v1/sign-ins', { body }));
    },
    cancelSignIn: (id: string) => answerOf(client.DELETE('/api/v1/sign-ins/{id}', numbered(id))),
    pasteCallback: (id: string, url: string) =>
      answerOf(client.POST('/api/v1/sign-ins/{id}/callback', { ...numbered(id), body: { url } })),

    workspaces: (name: string) => answerOf(client.GET('/api/v1/accounts/{name}/workspaces', named(name))),
    addWorkspace: (name: string, workspace: string) =>
      answerOf(client.POST('/api/v1/accounts/{name}/workspaces', { ...named(name), body: { workspace_id: workspace } })),
    updateAccount: (name: string, body: AccountChange) =>
      answerOf(client.PATCH('/api/v1/accounts/{name}', { ...named(name), body })),
    removeAccount: (name: string) => answerOf(client.DELETE('/api/v1/accounts/{name}', named(name))),
    refreshQuota: (name: string) => answerOf(client.POST('/api/v1/accounts/{name}/quota', named(name))),

    orderAccounts: (names: string[]) => answerOf(client.PUT('/api/v1/account-order', { body: { names } })),
    previewImport: (files: ImportFile[]) => answerOf(client.POST('/api/v1/imports/preview', { body: { files } })),
    importLogins: (files: ImportFile[], rows: ImportChoice[]) => answerOf(client.POST('/api/v1/imports', { body: { files, rows } })),

    savePool: (owner: string, body: PoolChange) => answerOf(client.PUT('/api/v1/pools/{owner}', { ...owned(owner), body })),
    removePool: (owner: string) => answerOf(client.DELETE('/api/v1/pools/{owner}', owned(owner))),
    /** Places the pool's recorded requests anew, as if the accounts `without` were not in it. */
    whatIf(owner: string, without: readonly string[]) {
      // The names are escaped one by one, so that only the commas between them stand as such.
      const query = without.length > 0 ? { without: without.map(encodeURIComponent).join(',') } : {};
      const params = { ...owned(owner).params, query };
      return answerOf(client.GET('/api/v1/pools/{owner}/what-if', { params, querySerializer: { allowReserved: true } }));
    },

    /** What the requests of the last days come to, today among them. */
    usage: (by: UsageBy, days: number) => answerOf(client.GET('/api/v1/usage', { params: { query: { by, days } } })),

    addClient: (body: ClientNew) => answerOf(client.POST('/api/v1/clients', { body })),
    updateClient: (name: string, body: ClientChange) =>
      answerOf(client.PATCH('/api/v1/clients/{name}', { ...named(name), body })),
    rotateKey: (name: string) => answerOf(client.POST('/api/v1/clients/{name}/key', named(name))),
    removeClient: (name: string) => answerOf(client.DELETE('/api/v1/clients/{name}', named(name))),

    tools: () => answerOf(client.GET('/api/v1/tools')),
    previewTool: (name: string, body: ToolConnect) => answerOf(client.POST('/api/v1/tools/{name}/preview', { ...named(name), body })),
    connectTool: (name: string, body: ToolConnect) => answerOf(client.POST('/api/v1/tools/{name}/connect', { ...named(name), body })),
    verifyTool: (name: string) => answerOf(client.POST('/api/v1/tools/{name}/verify', named(name))),
    disconnectTool: (name: string, body: ToolDisconnect) =>
      answerOf(client.POST('/api/v1/tools/{name}/disconnect', { ...named(name), body })),
    snippets: () => answerOf(client.GET('/api/v1/snippets')),
  };
}

interface Outcome {
  data?: unknown;
  error?: unknown;
  response: Response;
}
/** Of the outcomes that the schema names for a call, the ones that are no refusal. */
type Success<Any extends Outcome> = Extract<Any, { error?: undefined }>;

async function answerOf<Any extends Outcome>(call: Promise<Any>): Promise<Success<Any>['data']> {
  const outcome = await call;
  if (!succeeded(outcome)) throw problemFrom(outcome.response.status, outcome.error);
  return outcome.data;
}

function succeeded<Any extends Outcome>(outcome: Any): outcome is Success<Any> {
  return outcome.error === undefined;
}

async function fetchOver(transport: Transport, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  // Read as text: `Request.body` is missing in some of the web views that the shell runs in.
  const text = await request.text();
  const reply = await transport.call(request.method, pathname + search, text === '' ? undefined : JSON.parse(text));
  // A status such as 204 forbids a body, even an empty one.
  const body = reply.body === null ? null : JSON.stringify(reply.body);
  return new Response(body, { status: reply.status });
}
