// What axe-core finds on a page and in the frames on it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { requiredModule } from './browser.mjs';

const source = readFileSync(requiredModule.resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const colours = { type: 'rule', values: ['color-contrast'] };

export async function findings(page, runOnly = tags) {
  const found = [];
  for (const frame of page.frames()) {
    if (!(await frame.evaluate('"axe" in window'))) await frame.evaluate(source);
    const results = await frame.evaluate((chosen) => axe.run({ runOnly: chosen, resultTypes: ['violations'] }), runOnly);
    for (const { id, nodes } of results.violations) {
      for (const node of nodes) found.push(`${id}: ${node.target.join(' ')}: ${node.failureSummary.split('\n').slice(1).join('; ')}`);
    }
  }
  return found;
}

// A test for each of these pages. What is not a colour is the same in both themes.
export function testEach(pages, browser) {
  const walk = browser.walk({ reducedMotion: 'reduce' });
  for (const it of pages) {
    test(`axe finds nothing on “${it.name}”, light or dark`, async (t) => {
      const page = await walk(t, it);
      await page.emulateMedia({ colorScheme: 'light' });
      const light = await findings(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await findings(page, colours);
      assert.deepEqual({ light, dark }, { light: [], dark: [] });
    });
  }
}
