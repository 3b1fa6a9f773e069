import { afterEach, describe, expect, it } from 'vitest';
import type { ClientView } from '../api/types';
import { usualClients, usualPools, windowOf } from '../dev/samples';
import { overrideName, planName, remedyText, skipReasonName, stateName, strategyName, windowName } from './names';
import { useLanguage } from './i18n.svelte';
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

describe('a name that the catalogue does not know', () => {
  it('stands for itself, and a remedy that it does not know is left out', () => {
    expect(stateName('invented' as never)).toBe('Invented');
    expect(remedyText('invented' as never)).toBeNull();
  });
});

it('an account is passed over for its state, or for what it has to say of the model', () => {
  expect([skipReasonName('exhausted'), skipReasonName('model_limit')]).toEqual(['Exhausted', 'Model limit reached']);
  expect(skipReasonName('invented' as never)).toBe('Invented');
});

describe('a state and a strategy', () => {
  afterEach(() => useLanguage('en'));

  it('begin with a capital where they stand alone, in a language that has any', async () => {
    expect([stateName('needs_reauth'), strategyName('priority_order')]).toEqual(['Sign-in needed', 'In list order']);
    await useLanguage('vi');
    expect([stateName('exhausted'), strategyName('priority_order')]).toEqual(['Đã dùng hết', 'Theo thứ tự danh sách']);
    await useLanguage('ja');
    expect(stateName('exhausted')).toBe('使い切り');
  });
});
