// Starts the dashboard: language, transport, then the page.
import { mount } from 'svelte';
import './app.css';
import { chooseHost, type Host } from './api/choose';
import App from './App.svelte';
import Browser from './pages/access/Browser.svelte';
import { Access } from './state/access.svelte';
import { appear } from './state/appearance';

await appear(null);

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
