import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';
import { arrange } from './world.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });
const world = await arrange(house);
const parameters = '/operator/entities/northwind/parameters';

test('the preview follows typing, says what is wrong, and nothing is saved by it', async (t) => {
  const page = await browser.open(t, { as: world.operator });
  await page.goto(`${parameters}?add`);
  const preview = page.frameLocator('iframe[name=preview]');
  await page.getByRole('textbox', { name: /^Name/ }).pressSequentially('carrier');
  await page.getByRole('textbox', { name: /^Example/ }).pressSequentially('rail-7');
  await preview.getByText(/"carrier":\s*"rail-7"/).first().waitFor();
  assert.ok(await page.getByRole('textbox', { name: /^Example/ }).evaluate((it) => it === document.activeElement), 'the focus stays where one types');
  await page.getByRole('textbox', { name: /^Pattern/ }).pressSequentially('(');
  await preview.getByText('This definition is not valid yet.').waitFor();
  await page.getByRole('textbox', { name: /^Pattern/ }).fill('^rail-[0-9]$');
  await preview.getByRole('tab', { name: '412' }).click();
  await preview.getByRole('tabpanel', { name: '412' }).getByText('carrier').first().waitFor();
  const names = (await house.admin('GET', 'entities/northwind/parameters')).items.map((it) => it.name);
  assert.ok(!names.includes('carrier'));
});

test('what is saved is what the entity’s people see and what judges the next request', async (t) => {
  const page = await browser.open(t, { as: world.operator });
  await page.goto(`${parameters}?add`);
  await page.getByRole('textbox', { name: /^Name/ }).fill('priority');
  await page.getByRole('combobox', { name: /^Type/ }).selectOption({ label: 'one of a list' });
  await page.getByRole('textbox', { name: /^Allowed values/ }).fill('low\nhigh');
  await page.getByRole('checkbox', { name: /^Mandatory/ }).check();
  await page.getByRole('button', { name: 'Save parameter' }).click();
  await page.getByText('Saved.').first().waitFor();
  assert.equal((await house.token(world.erp, { depot: 'AMS-1' })).status, 412);
  assert.equal((await house.token(world.erp, { depot: 'AMS-1', priority: 'high' })).status, 200);
  const other = await browser.open(t, { as: world.owner });
  await other.goto('/entities/northwind/get-access-token?tab=schema');
  await other.getByRole('row').filter({ hasText: 'priority' }).getByText('mandatory').waitFor();

  await page.goto(`${parameters}?remove=priority`);
  await page.getByRole('button', { name: 'Yes, remove' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal((await house.token(world.erp, { depot: 'AMS-1' })).status, 200);
});

test('an operator sees an entity as its people do, but no secret, and changes nothing', async (t) => {
  const page = await browser.open(t, { as: await house.signedIn('ada@example.com') });
  await page.goto('/operator/entities/northwind');
  await page.getByRole('button', { name: 'View as this entity' }).click();
  await page.getByText('You see this as the people of Northwind Logistics').waitFor();
  assert.equal(await page.getByRole('button', { name: /Client Secret$/ }).count(), 0);
  assert.equal(await page.getByRole('link', { name: 'Regenerate key' }).count(), 0);
  await page.goto('/entities/northwind/get-access-token');
  assert.equal(await page.getByRole('button', { name: 'Send request' }).count(), 0);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.waitForURL('**/operator/**');
});

test('disabling asks for the identifier and stops tokens; restoring gives them back', async (t) => {
  const page = await browser.open(t, { as: world.operator, statuses: [422] });
  await house.entity('paused', { name: 'Paused Parcels' });
  const credential = await house.credential('paused');
  await page.goto('/operator/entities/paused');
  await page.getByRole('link', { name: 'Disable Paused Parcels' }).click();
  const confirm = page.getByRole('dialog').getByRole('textbox');
  await confirm.fill('something else');
  await page.getByRole('button', { name: 'Yes, disable' }).click();
  await page.getByRole('dialog').locator('.err').waitFor();
  assert.equal((await house.token(credential)).status, 200);
  await confirm.fill('paused');
  await page.getByRole('button', { name: 'Yes, disable' }).click();
  await page.getByText('This business entity is disabled.').waitFor();
  assert.equal((await house.token(credential)).status, 401);
  await page.getByRole('button', { name: 'Restore Paused Parcels' }).click();
  await page.getByRole('link', { name: 'Disable Paused Parcels' }).waitFor();
  assert.equal((await house.token(credential)).status, 200);
});

test('an entity’s people see nothing of the operator’s side and nothing of other entities', async (t) => {
  const page = await browser.open(t, { as: world.blank, statuses: [404] });
  for (const path of ['/operator/entities', '/operator/keys', '/entities/northwind/generate-credentials', '/entities/nobody/generate-credentials']) {
    await page.goto(path);
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    assert.ok(!(await page.content()).includes('Northwind Logistics'), path);
  }
});
