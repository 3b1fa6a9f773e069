// Starts the dashboard: language, transport, then the page.
import { mount } from 'svelte';
import './app.css';
import { chooseHost, type Host } from './api/choose';
import App from './App.svelte';
import Browser from './pages/access/Browser.svelte';
import { Access } from './state/access.svelte';
import { pickLanguage, useLanguage } from './text/i18n.svelte';

/** The host may name a language and a theme in the address; otherwise the system's own are used. */
const wishes = new URLSearchParams(location.search);
const theme = wishes.get('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

const named = wishes.get('lang');
await useLanguage(pickLanguage(named ? [named] : navigator.languages));

function show(target: Element, host: Host): void {
  switch (host.kind) {
    case 'window':
      mount(App, { target, props: { transport: host.transport } });
      break;
    case 'browser':
      mount(Browser, { target, props: { access: new Access() } });
      break;
  }
}

const target = document.getElementById('app');
if (target) show(target, await chooseHost());
