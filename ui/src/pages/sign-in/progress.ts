// What became of a sign-in that waits for nobody any more, in words.
import { t } from '../../text/i18n.svelte';
import type { SignInView } from '../../api/types';

export interface Progress {
  /** `busy` while it goes on by itself, else the tone of the sign. */
  mood: 'busy' | 'good' | 'warn' | 'bad';
  title: string;
  text?: string;
}

/** `displayName` turns the name of an account into what people call it. */
export function progressOf(view: SignInView, displayName: (name: string) => string): Progress {
  const message = view.message ?? undefined;
  switch (view.state) {
    case 'waiting':
      return { mood: 'busy', title: t('sign_in.waiting') };
    case 'exchanging':
      return { mood: 'busy', title: t('sign_in.exchanging'), text: t('sign_in.exchanging_text') };
    case 'done': {
      const name = displayName(view.result ?? view.account ?? '');
      return { mood: 'good', title: t('sign_in.done', { name }), text: t('sign_in.done_text') };
    }
    case 'failed':
      return { mood: 'bad', title: t('sign_in.failed'), text: message ?? t('sign_in.lost') };
    case 'timed_out':
      return { mood: 'bad', title: t('sign_in.timed_out'), text: t(view.method === 'device' ? 'sign_in.device_expired' : 'sign_in.timed_out_text') };
    case 'cancelled':
      return { mood: 'warn', title: t('sign_in.cancelled'), text: message };
  }
}
