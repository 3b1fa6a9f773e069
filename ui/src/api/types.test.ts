import { expect, it } from 'vitest';
import { allOf } from './types';

type Light = 'red' | 'amber' | 'green';

it('a list that forgets a name of its set, or names one that is not in it, does not compile', () => {
  expect(allOf<Light>()(['green', 'amber', 'red'])).toEqual(['green', 'amber', 'red']);
  // @ts-expect-error `green` is forgotten.
  allOf<Light>()(['red', 'amber']);
  // @ts-expect-error `blue` is no name of the set.
  allOf<Light>()(['red', 'amber', 'green', 'blue']);
});
