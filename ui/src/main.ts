// Starts the dashboard: language, transport, then the page.
import { mount } from 'svelte';
import './app.css';
import { chooseTransport } from './api/choose';
import App from './App.svelte';
import { pickLanguage, useLanguage } from './text/i18n.svelte';

/** The host may name a language and a theme in the address; otherwise the system's own are used. */
const wishes = new URLSearchParams(location.search);
const theme = wishes.get('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

const named = wishes.get('lang');
await useLanguage(pickLanguage(named ? [named] : navigator.languages));

const target = document.getElementById('app');
if (target) mount(App, { target, props: { transport: await chooseTransport() } });
