import { expect, it } from 'vitest';
import { placeTooltip } from '../../../../renderer/ui/tooltip-place.ts';

const view = { width: 1000, height: 800 };
const bubble = { width: 100, height: 20 };

it('stands centred above what it belongs to', () => {
  expect(placeTooltip({ left: 500, top: 400, width: 40, height: 30 }, bubble, view)).toEqual({ left: 470, top: 374 });
});
it('goes below where there is no room above', () => {
  expect(placeTooltip({ left: 500, top: 10, width: 40, height: 30 }, bubble, view).top).toBe(46);
});
it('never leaves the window at its sides', () => {
  expect(placeTooltip({ left: 0, top: 400, width: 20, height: 20 }, bubble, view).left).toBe(8);
  expect(placeTooltip({ left: 990, top: 400, width: 10, height: 20 }, bubble, view).left).toBe(892);
});
