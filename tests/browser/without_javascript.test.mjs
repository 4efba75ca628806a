import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from './browser.mjs';
import { password, start } from './passgate.mjs';
import { arrange } from './world.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });
const open = (t, options) => browser.open(t, { javaScriptEnabled: false, ...options });
const credentials = '/entities/northwind/generate-credentials';
const token = '/entities/northwind/get-access-token';
const world = await arrange(house);

test('from the set-up link to a first token', async (t) => {
  const page = await open(t);
  await page.goto(house.setupLink());
  await page.getByLabel('E-mail').fill('olga@example.com');
  await page.getByLabel('Your name').fill('Olga Operator');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Become operator' }).click();
  await page.getByRole('link', { name: 'Create entity' }).click();
  await page.getByRole('textbox', { name: /^Name/ }).fill('Paper Mill');
  await page.getByRole('textbox', { name: /^Identifier/ }).fill('paper');
  await page.getByRole('button', { name: 'Create entity' }).click();
  await page.getByRole('textbox', { name: /^E-mail/ }).fill('pia@example.com');
  await page.getByRole('button', { name: 'Send invitation' }).click();
  const link = await page.getByText(/\/invitation\//).innerText();

  const other = await open(t);
  await other.goto(link);
  await other.getByLabel('Your name').fill('Pia');
  await other.getByLabel('Password', { exact: true }).fill(password);
  await other.getByRole('button', { name: 'Set password and go on' }).click();
  await other.getByRole('button', { name: 'Generate credentials' }).click();
  await other.getByText(/^pgs_\w{20,}$/).waitFor();
  await other.getByRole('main').getByRole('link', { name: 'Get Access Token' }).click();
  await other.getByRole('button', { name: 'Send request' }).click();
  await other.getByRole('heading', { name: 'The token, decoded' }).waitFor();
  // What needs the script is not offered.
  assert.equal(await other.getByRole('button', { name: /^Copy/ }).count(), 0);
});

test('tabs, formats, codes and languages are links', async (t) => {
  const page = await open(t, { as: world.owner });
  await page.goto(token);
  await page.getByRole('tab', { name: 'Schema' }).click();
  await page.getByRole('tabpanel', { name: 'Schema' }).waitFor();
  assert.equal(await page.getByRole('tabpanel', { name: 'Example' }).isVisible(), false);
  await page.getByRole('tab', { name: '412' }).click();
  await page.getByRole('tabpanel', { name: '412' }).waitFor();
  await page.getByRole('link', { name: 'Form data' }).click();
  await page.getByRole('tabpanel', { name: 'Schema' }).getByText('application/x-www-form-urlencoded').waitFor();
  await page.getByRole('tab', { name: 'PHP' }).click();
  await page.getByText('curl_init').waitFor();
  for (const name of ['Schema', '412', 'PHP']) await page.getByRole('tab', { name, selected: true }).waitFor();
});

test('a wrong value is named and mended', async (t) => {
  const page = await open(t, { as: world.owner });
  await page.goto(token);
  await page.getByText('Change the values').click();
  await page.getByRole('textbox', { name: 'depot' }).fill('nowhere');
  await page.getByRole('button', { name: 'Send request' }).click();
  const panel = page.getByRole('tabpanel', { name: /^412/ });
  await panel.getByRole('heading', { name: 'Correct one field: depot' }).waitFor();
  await panel.getByRole('textbox', { name: 'depot' }).fill('AMS-7');
  await panel.getByRole('button', { name: 'Send again' }).click();
  await page.getByRole('heading', { name: 'The token, decoded' }).waitFor();
});

test('dialogs open, are cancelled, and regenerate the key; the notification is there and goes', async (t) => {
  const page = await open(t, { as: world.owner });
  await page.goto(credentials);
  await page.getByRole('link', { name: 'Regenerate key' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: 'Regenerate key' }).click();
  await page.getByRole('button', { name: 'Yes, regenerate key' }).click();
  const notification = page.getByRole('region', { name: 'Notification' });
  assert.equal((await notification.innerText()).trim(), 'Webhook credentials has been regenerated successfully.');
  await page.getByText(/^pgs_\w{20,}$/).waitFor();
  await page.getByRole('link', { name: 'Dismiss' }).click();
  await notification.waitFor({ state: 'detached' });
});

test('a shown secret is hidden by a link, and by the browser itself after a while', async (t) => {
  const page = await open(t, { as: world.owner });
  await page.goto(credentials);
  const shown = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Show Client Secret' }).click();
  assert.match((await shown).headers().refresh, /^\d\d; url=\/entities\/northwind\/generate-credentials/);
  await page.getByText(/^pgs_\w{20,}$/).waitFor();
  await page.getByRole('link', { name: 'Hide Client Secret' }).click();
  await page.getByRole('button', { name: 'Show Client Secret' }).waitFor();
});

test('Token Timeout is cleared, refused and updated', async (t) => {
  const page = await open(t, { as: world.owner, statuses: [422] });
  await page.goto('/entities/northwind/token-timeout');
  const number = page.getByRole('textbox', { name: /^A new token is valid for/ });
  await page.getByRole('link', { name: 'Clear' }).click();
  assert.equal(await number.inputValue(), '');
  await page.getByRole('button', { name: 'Update' }).click();
  await page.getByText('Enter a whole number from 1 to 1440.').waitFor();
  await number.fill('15');
  await page.getByRole('switch', { name: 'Lock the account' }).check();
  await page.getByRole('textbox', { name: /^Maximum login attempts/ }).fill('3');
  await page.getByRole('button', { name: 'Update' }).click();
  await page.getByText('Webhook settings updated successfully').waitFor();
  const { settings } = await house.admin('GET', 'entities/northwind');
  assert.equal(settings.token_timeout_minutes, 15);
  assert.equal(settings.account_lock.maximum_attempts, 3);
});

test('the editor of parameters previews and saves by buttons', async (t) => {
  const page = await open(t, { as: world.operator });
  await page.goto('/operator/entities/northwind/parameters');
  await page.getByRole('link', { name: 'Add parameter' }).click();
  await page.getByRole('textbox', { name: /^Name/ }).fill('carrier');
  await page.getByRole('textbox', { name: /^Example/ }).fill('rail-7');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.frameLocator('iframe[name=preview]').getByText('rail-7').first().waitFor();
  await page.getByRole('button', { name: 'Save parameter' }).click();
  await page.getByText('Saved.').first().waitFor();
  await page.getByText('carrier', { exact: true }).first().waitFor();
});

test('filters are applied by a button', async (t) => {
  const page = await open(t, { as: world.owner });
  await page.goto('/entities/northwind/requests');
  await page.getByRole('combobox', { name: 'Code' }).selectOption('412');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/code=412/);
  await page.goto('/entities/northwind/activity');
  await page.getByRole('combobox', { name: 'What' }).selectOption({ label: 'Settings' });
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/what=/);
  const operator = await open(t, { as: world.operator });
  await operator.goto('/operator/entities');
  await operator.getByRole('searchbox').fill('north');
  await operator.getByRole('button', { name: 'Search' }).click();
  await operator.waitForURL(/q=north/);
});

test('language and theme are chosen, and people signed out', async (t) => {
  const page = await open(t, { as: await house.signedIn(world.owner.email) });
  await page.goto('/account');
  await page.getByLabel('Theme', { exact: true }).selectOption('dark');
  await page.getByRole('region', { name: 'Language and theme' }).getByRole('button', { name: 'Save' }).click();
  await page.locator('html[data-theme=dark]').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Passgate' }).waitFor();
});
