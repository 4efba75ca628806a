// What axe-core finds on a page and in the frames on it.
import { readFileSync } from 'node:fs';
import { requiredModule } from './browser.mjs';

// Ends in a number, since what a script leaves is carried back.
const source = `${readFileSync(requiredModule.resolve('axe-core/axe.min.js'), 'utf8')};0`;
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

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
