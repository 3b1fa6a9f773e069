import { render } from 'svelte/server';
import { expect, it } from 'vitest';
import situations from '../../../../crates/rockpool-engine/src/snapshot/situations.json';
import PoolMark from './PoolMark.svelte';

it.each(situations)('the window shows the level where $name', ({ level }) => {
  const { body } = render(PoolMark, { props: { level } });
  if (level === null) expect(body).not.toContain('%');
  else expect(body).toContain(`aria-label="${level}% left"`);
});
