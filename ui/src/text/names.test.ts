import { describe, expect, it } from 'vitest';
import type { ClientView } from '../api/types';
import { accountOf, usualClients, usualPools, windowOf } from '../dev/samples';
import { overrideName, planName, remedyOf, stateName, windowName } from './names';
import { levelTone } from './tones';

describe('a window', () => {
  it('is labelled by its kind, and an unusual one by its length', () => {
    expect(windowName(windowOf('five_hour', 50, null))).toBe('5 hours');
    expect(windowName({ ...windowOf('other', 50, null), length_seconds: 3 * 86_400 })).toBe('3 d');
    expect(windowName({ ...windowOf('other', 50, null), length_seconds: 12 * 3600 })).toBe('12 h');
    expect(windowName({ ...windowOf('other', 50, null), length_seconds: null })).toBe('Other');
  });

  it('turns amber at half and red at a fifth', () => {
    expect([51, 50, 21, 20, 0].map(levelTone)).toEqual(['good', 'warn', 'warn', 'bad', 'bad']);
  });
});

describe('the order of a tool’s accounts', () => {
  const tool = (rest: Partial<ClientView>) => ({ ...usualClients()[0]!, ...rest });
  const [pool] = usualPools();

  it('names the strategy in force, whose ever it is', () => {
    expect(overrideName(tool({}), pool)).toBe('As the pool: In turn');
    expect(overrideName(tool({ override_mode: 'custom', strategy: 'soonest_reset' }), pool)).toBe('Own strategy: Soonest reset first');
  });

  it('names none where there is nothing to choose from', () => {
    expect(overrideName(tool({ override_mode: 'single' }), pool)).toBe('This account alone');
    expect(overrideName(tool({}), undefined)).toBe('As the pool');
  });
});

it('a plan is written in words', () => {
  expect(planName('business_team-seat')).toBe('Business Team Seat');
});

describe('a state that the catalogue does not know', () => {
  const account = { ...accountOf(1, 'codex-1', {}), state: 'invented' as never, remedy: 'Do this.' };

  it('is shown by its own name, with the engine’s own sentence', () => {
    expect(stateName('invented' as never)).toBe('invented');
    expect(remedyOf(account)).toBe('Do this.');
  });
});
