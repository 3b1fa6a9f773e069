// Puts the engine's answer to "who can reach this" into the language in use.
import type { Reach } from '../../api/types';
import { locale, t } from '../../text/i18n.svelte';

const list = (items: readonly string[]) => new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items);

export function reachSentence({ scope, address, hosts, origins }: Reach): string {
  const port = address.slice(address.lastIndexOf(':') + 1);
  return t('settings.reach.whole', {
    who: t(`settings.reach.${scope}`, { address, port }),
    hosts: hosts.length > 0 ? t('settings.reach.hosts', { hosts: list(hosts) }) : '',
    origins: origins.length > 0 ? t('settings.reach.origins', { origins: list(origins) }) : t('settings.reach.no_origins'),
  });
}
