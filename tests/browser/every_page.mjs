// What holds for every page in every state.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findings } from './axe.mjs';

const colours = { type: 'rule', values: ['color-contrast'] };

// Names what sticks out, if anything does.
const overflow = (page) => page.evaluate(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.body.querySelectorAll('*')].filter((it) => it.getBoundingClientRect().right > clientWidth + 0.5);
  const innermost = wide.filter((it) => !wide.some((other) => other !== it && it.contains(other)));
  return [`${scrollWidth} px`, ...innermost.slice(0, 3).map((it) => it.outerHTML.slice(0, 120))];
});

export function testEach(pages, browser) {
  const walk = browser.walk({ reducedMotion: 'reduce' });
  for (const it of pages) {
    test(`“${it.name}”: axe finds nothing, light or dark, and nothing scrolls sideways`, async (t) => {
      const page = await walk(t, it);
      const found = [];
      for (const width of [320, 390, 760, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        for (const wide of await overflow(page)) found.push(`at ${width}: ${wide}`);
      }
      // What is not a colour is the same in both themes.
      for (const [colorScheme, rules] of [['light', undefined], ['dark', colours]]) {
        await page.emulateMedia({ colorScheme });
        for (const finding of await findings(page, rules)) found.push(`${colorScheme}: ${finding}`);
      }
      assert.deepEqual(found, []);
    });
  }
}
