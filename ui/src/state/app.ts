// What every page shares, handed down by Svelte's context.
import { getContext, setContext } from 'svelte';
import type { Api } from '../api/client';
import { sentenceOf } from '../api/problem';
import type { Transport } from '../api/transport';
import { t } from '../text/i18n.svelte';
import type { Engine } from './engine.svelte';
import type { SignIn } from './sign-in.svelte';
import type { Toasts } from './toasts.svelte';

export interface App {
  api: Api;
  transport: Transport;
  engine: Engine;
  signIn: SignIn;
  toasts: Toasts;
}

const KEY = Symbol('app');

export function provideApp(app: App): void {
  setContext(KEY, app);
}

export function useApp(): App {
  return getContext<App>(KEY);
}

/** None on the page that is shown before somebody is signed in. */
export function appIfAny(): App | undefined {
  return getContext<App | undefined>(KEY);
}

/** Runs an action, reads the outcome, and shows a refusal as a note. */
export async function runAction(app: App, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    await app.engine.refresh();
    return true;
  } catch (error) {
    app.toasts.error(sentenceOf(error, t('app.no_answer')));
    return false;
  }
}
