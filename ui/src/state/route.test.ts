import { expect, it } from 'vitest';
import { placeOf, USAGE_ADDRESS, whatIfAddress } from './route.svelte';

it('an address leads to a page, and below it to what that page shows in its own place', () => {
  expect(placeOf('#/requests')).toEqual({ page: 'requests', whatIf: null, usage: false });
  expect(placeOf(USAGE_ADDRESS)).toEqual({ page: 'requests', whatIf: null, usage: true });
  expect(placeOf(whatIfAddress('a/b'))).toEqual({ page: 'pool', whatIf: 'a/b', usage: false });
});

it('an address that leads nowhere leads to the accounts, and a part that belongs to another page to nothing', () => {
  expect(placeOf('#/nowhere/usage')).toEqual({ page: 'accounts', whatIf: null, usage: false });
  expect(placeOf('#/pool/usage')).toEqual({ page: 'pool', whatIf: null, usage: false });
});
