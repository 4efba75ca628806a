import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { findings, testEach } from './axe.mjs';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';
import { arrange, entityPages } from './world.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });
const world = await arrange(house);

testEach(entityPages(world), browser);

for (const theme of ['light', 'dark']) {
  test(`axe finds nothing where ${theme} is chosen against the system`, async (t) => {
    const page = await browser.open(t, { as: world.viewer, colorScheme: theme === 'light' ? 'dark' : 'light' });
    await page.goto('/account');
    await page.getByLabel('Theme', { exact: true }).selectOption(theme);
    await page.getByRole('button', { name: 'Save' }).last().click();
    await page.locator(`html[data-theme=${theme}]`).waitFor();
    for (const path of ['/account', '/entities/northwind/generate-credentials', '/entities/northwind/get-access-token']) {
      await page.goto(path);
      assert.deepEqual(await findings(page), [], path);
    }
  });
}
