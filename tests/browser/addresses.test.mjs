import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';
import { arrange } from './world.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });
const world = await arrange(house);
const token = '/entities/northwind/get-access-token';

const selected = (page) => page.locator('main [role=tab][aria-selected=true], main .segment [aria-current]').allInnerTexts();

test('every tab, format, code and language of Get Access Token is an address that survives a reload', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  await page.goto(token);
  await page.getByRole('tab', { name: 'Schema' }).click();
  await page.getByRole('tab', { name: '401' }).click();
  await page.getByRole('link', { name: 'Form data' }).click();
  await page.getByText('application/x-www-form-urlencoded').filter({ visible: true }).waitFor();
  await page.getByRole('tab', { name: 'Python' }).click();
  await page.getByRole('tabpanel', { name: 'Python' }).waitFor();
  const chosen = await selected(page);
  for (const word of ['Schema', '401', 'Form data', 'Python']) assert.ok(chosen.includes(word), `${word} of ${chosen}`);
  await page.reload();
  assert.deepEqual(await selected(page), chosen);
  // The address alone is enough: somebody else opens the same.
  const other = await browser.open(t, { as: world.viewer });
  await other.goto(page.url());
  assert.deepEqual(await selected(other), chosen);
});

test('what was chosen goes along with the request that is sent', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  await page.goto(`${token}?body=form&lang=go`);
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.getByRole('heading', { name: 'The token, decoded' }).waitFor();
  const chosen = await selected(page);
  for (const word of ['Form data', 'Go']) assert.ok(chosen.includes(word), `${word} of ${chosen}`);
});

test('the filters of Requests are an address', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  await page.goto('/entities/northwind/requests');
  await page.getByRole('combobox', { name: 'Code' }).selectOption('412');
  await page.waitForURL(/code=412/);
  await page.getByRole('searchbox').fill('127.0.0.1');
  await page.getByRole('searchbox').press('Enter');
  await page.waitForURL(/q=127/);
  await page.reload();
  assert.equal(await page.getByRole('combobox', { name: 'Code' }).inputValue(), '412');
  assert.equal(await page.getByRole('searchbox').inputValue(), '127.0.0.1');
  const results = await page.locator('.log tbody .c-result').allInnerTexts();
  assert.deepEqual(results.map((result) => result.trim().slice(0, 3)), ['412']);
});

test('a period of Usage and a kind of Activity are addresses', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  await page.goto('/entities/northwind/usage');
  const period = page.getByRole('navigation', { name: 'Period' });
  const name = await period.getByRole('link').last().innerText();
  await period.getByRole('link').last().click();
  await page.reload();
  assert.equal(await period.locator('[aria-current]').innerText(), name);

  await page.goto('/entities/northwind/activity');
  await page.getByRole('combobox', { name: 'What' }).selectOption({ label: 'Sign-ins' });
  await page.waitForURL(/what=/);
  await page.reload();
  assert.equal(await page.getByRole('combobox', { name: 'What' }).evaluate((it) => it.selectedOptions[0].text), 'Sign-ins');
});

test('tabs, search and filters of the operator are addresses', async (t) => {
  const page = await browser.open(t, { as: world.operator });
  await page.goto('/operator/entities');
  await page.getByRole('navigation', { name: 'Status' }).getByRole('link', { name: /^Locked/ }).click();
  await page.getByRole('link', { name: 'Locked Lines', exact: true }).waitFor();
  await page.reload();
  assert.equal(await page.locator('tbody tr').count(), 1);
  await page.goto('/operator/entities');
  await page.getByRole('searchbox').fill('north');
  await page.getByRole('searchbox').press('Enter');
  await page.waitForURL(/q=north/);
  await page.reload();
  assert.deepEqual(await page.locator('tbody a.strong').allInnerTexts(), ['Northwind Logistics']);
  await page.goto('/operator/activity');
  await page.getByRole('combobox', { name: 'What' }).selectOption({ label: 'Saved a parameter' });
  await page.waitForURL(/action=/);
  await page.reload();
  assert.ok((await page.locator('tbody tr').count()) >= 1);
  assert.equal(await page.getByRole('combobox', { name: 'What' }).evaluate((it) => it.selectedOptions[0].text), 'Saved a parameter');
});

test('a dialog is an address, and Cancel is the way back from it', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  await page.goto('/entities/northwind/generate-credentials');
  await page.getByRole('link', { name: 'Regenerate key' }).click();
  await page.getByRole('dialog').waitFor();
  await page.reload();
  await page.getByRole('dialog').getByRole('link', { name: 'Cancel' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.goBack();
  await page.getByRole('dialog').waitFor();
});

test('who was sent to sign in comes to the page that was asked for', async (t) => {
  const page = await browser.open(t);
  await page.goto(`${token}?response=404&lang=java`);
  await page.getByLabel('E-mail').fill(world.owner.email);
  await page.getByLabel('Password', { exact: true }).fill('heron lamp basalt ferry');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('tab', { name: '404', selected: true }).waitFor();
  assert.ok((await selected(page)).includes('Java'));
});
