import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });

// Each test has an entity of its own, since some replace the secret.
let count = 0;
async function arranged() {
  count += 1;
  const entity = `entity-${count}`;
  await house.entity(entity);
  const credential = await house.credential(entity);
  return { credential, as: await house.person(entity), path: `/entities/${entity}/generate-credentials`, entity };
}

async function isBottomLeft(notification) {
  const box = await notification.boundingBox();
  const { width, height } = notification.page().viewportSize();
  return box.x >= 0 && box.x <= 40 && box.x + box.width < width / 2 && box.y > height / 2 && height - box.y - box.height <= 40;
}

// The status region is there and empty before it speaks, so that it is read out.
async function tells(page, sentence) {
  const notification = page.getByRole('region', { name: 'Notification' });
  assert.equal((await notification.innerText()).trim(), sentence);
  assert.ok(await isBottomLeft(notification), 'bottom left');
  const region = page.getByRole('status').and(page.locator('.status-region'));
  await region.getByText(sentence, { exact: true }).waitFor({ state: 'attached' });
  assert.notEqual(await region.getAttribute('aria-live'), 'assertive');
  await page.getByRole('link', { name: 'Dismiss' }).click();
  await notification.waitFor({ state: 'detached' });
}

test('a hidden secret is not in the page; Show shows it, and after 30 seconds it is hidden again', async (t) => {
  const { credential, as, path } = await arranged();
  const page = await browser.open(t, { as });
  await page.clock.install();
  const source = await (await page.goto(path)).text();
  assert.ok(!source.includes(credential.secret));
  await page.getByRole('button', { name: 'Show Client Secret' }).click();
  await page.getByText(credential.secret, { exact: true }).waitFor();
  await page.clock.fastForward(29_000);
  assert.ok(await page.getByText(credential.secret, { exact: true }).isVisible());
  await page.clock.fastForward(2_000);
  await page.getByRole('button', { name: 'Show Client Secret' }).waitFor();
  assert.ok(!(await page.content()).includes(credential.secret));
});

test('Hide hides it at once', async (t) => {
  const { credential, as, path } = await arranged();
  const page = await browser.open(t, { as });
  await page.goto(path);
  await page.getByRole('button', { name: 'Show Client Secret' }).click();
  await page.getByRole('link', { name: 'Hide Client Secret' }).click();
  await page.getByRole('button', { name: 'Show Client Secret' }).waitFor();
  assert.ok(!(await page.content()).includes(credential.secret));
});

test('Copy puts the secret on the clipboard and does not show it', async (t) => {
  const { credential, as, path } = await arranged();
  const page = await browser.open(t, { as, permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(path);
  await page.getByRole('button', { name: 'Copy Client Secret' }).click();
  await page.getByRole('status').getByText('Copied').waitFor({ state: 'attached' });
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), credential.secret);
  assert.ok(!(await page.content()).includes(credential.secret));
  await page.getByRole('button', { name: 'Copy Client Id' }).click();
  await page.waitForFunction((id) => navigator.clipboard.readText().then((text) => text === id), credential.clientId);
});

test('Regenerate key asks, keeps the Client Id, makes a new secret, and says so', async (t) => {
  const { credential, as, path } = await arranged();
  const page = await browser.open(t, { as });
  await page.goto(path);
  await page.getByRole('link', { name: 'Regenerate key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Regenerate key' });
  await dialog.getByText('Are you sure you want to continue?').waitFor();
  const told = async () => [await dialog.getByText('stops at once').isVisible(), await dialog.getByText('Both secrets work').isVisible()];
  await dialog.getByRole('radio', { name: /None/ }).check();
  assert.deepEqual(await told(), [true, false]);
  await dialog.getByRole('radio', { name: /1 hour/ }).check();
  assert.deepEqual(await told(), [false, true]);
  await dialog.getByRole('link', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal((await house.token(credential)).status, 200);

  await page.getByRole('link', { name: 'Regenerate key' }).click();
  await dialog.getByRole('button', { name: 'Yes, regenerate key' }).click();
  await page.getByRole('region', { name: 'Notification' }).waitFor();
  const [secret] = await page.getByText(/^pgs_\w{20,}$/).allInnerTexts();
  assert.notEqual(secret, credential.secret);
  assert.equal(await page.locator('#client-id').innerText(), credential.clientId);
  await tells(page, 'Webhook credentials has been regenerated successfully.');
  assert.equal((await house.token({ ...credential, secret })).status, 200);
});

test('while two secrets work, the page says until when, and the old one can be stopped', async (t) => {
  const { credential, as, path } = await arranged();
  const page = await browser.open(t, { as });
  await page.goto(`${path}?dialog=regenerate`);
  await page.getByRole('dialog').getByRole('radio', { name: /1 hour/ }).check();
  await page.getByRole('button', { name: 'Yes, regenerate key' }).click();
  await page.getByText('Two secrets work until').waitFor();
  assert.equal((await house.token(credential)).status, 200);
  await page.goto(path);
  const uses = page.getByRole('row').filter({ hasText: 'Cancel rotation' });
  assert.match(await uses.innerText(), /Never used/);
  assert.ok(await page.locator('.pair').getByText('Never used').isVisible(), 'nothing has used the new secret that it stands beside');
  await page.getByRole('button', { name: 'Stop now', exact: true }).click();
  await page.getByText('The old secret has stopped.').first().waitFor();
  assert.equal((await house.token(credential)).status, 401);
});

test('a rotation can be planned: the new secret waits for its time, and the old one cannot be stopped before', async (t) => {
  const { credential, as, path } = await arranged();
  const page = await browser.open(t, { as });
  await page.goto(`${path}?dialog=regenerate`);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
  await page.getByLabel('New secret works from').fill(tomorrow);
  await page.getByLabel('New secret ends').fill(new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 16));
  await page.getByRole('button', { name: 'Yes, regenerate key' }).click();
  await page.getByText('The new secret is accepted from').waitFor();
  const [secret] = await page.getByText(/^pgs_\w{20,}$/).allInnerTexts();
  assert.equal((await house.token(credential)).status, 200);
  const early = await (await house.token({ ...credential, secret })).json();
  assert.match(early.detail, new RegExp(`accepted from ${tomorrow}`));
  assert.equal(await page.getByRole('button', { name: 'Stop now' }).count(), 0);
  await page.getByRole('button', { name: 'Cancel rotation' }).click();
  await page.getByText('The rotation is cancelled.').first().waitFor();
});

test('a secret that somebody reports is told of on every page, and the activity says from where', async (t) => {
  const { credential, as, entity } = await arranged();
  await house.reportLeak({ client_secret: credential.secret, where: 'https://git.example.com/<config>' });
  const page = await browser.open(t, { as });
  await page.goto(`/entities/${entity}/usage`);
  await page.getByText('No secret of it works now.').waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Generate Credentials' }).first().click();
  await page.getByText('Leaked').first().waitFor();
  await page.goto(`/entities/${entity}/activity`);
  await page.getByText('https://git.example.com/<config>').waitFor();
  assert.equal((await house.token(credential)).status, 401);
});

test('It leaked stops the secret and the tokens that it got', async (t) => {
  const { credential, as, path } = await arranged();
  const { access_token: token } = await (await house.token(credential)).json();
  const page = await browser.open(t, { as });
  await page.goto(path);
  await page.getByRole('link', { name: 'It leaked: stop it now' }).click();
  await page.getByRole('button', { name: 'Yes, stop everything now' }).click();
  await page.getByRole('region', { name: 'Notification' }).getByText('Webhook credentials has been regenerated').waitFor();
  assert.equal((await house.token(credential)).status, 401);
  const answer = await fetch(`${house.base}/api/v1/whoami`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 401);
});

test('Show asks for the password when it was given long ago, and goes on after it', async (t) => {
  const { credential, as, path } = await arranged();
  const page = await browser.open(t, { as, statuses: [401] });
  await page.goto(path);
  house.passHourSincePassword(as.email);
  await page.getByRole('button', { name: 'Show Client Secret' }).click();
  await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
  assert.ok(!(await page.content()).includes(credential.secret));
  await page.getByLabel('Password', { exact: true }).fill('heron lamp basalt ferry');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText(credential.secret, { exact: true }).waitFor();
});

test('Clear empties Token Timeout, Update saves it and says so', async (t) => {
  const { credential, as, entity } = await arranged();
  const page = await browser.open(t, { as });
  await page.goto(`/entities/${entity}/token-timeout`);
  const number = page.getByRole('textbox', { name: /^A new token is valid for/ });
  assert.equal(await number.inputValue(), '10');
  await page.getByRole('link', { name: 'Clear' }).click();
  await page.waitForURL('**/token-timeout?clear=1');
  assert.equal(await number.inputValue(), '');
  await number.fill('2');
  await page.getByRole('combobox', { name: 'Time unit' }).selectOption('hours');
  await page.getByRole('button', { name: 'Update' }).click();
  await page.getByRole('region', { name: 'Notification' }).waitFor();
  await tells(page, 'Webhook settings updated successfully');
  assert.equal((await (await house.token(credential)).json()).expires_in, 7200);
});

test('a viewer is told who may do it, and is sent nowhere to change what only others change', async (t) => {
  const { path, entity } = await arranged();
  const page = await browser.open(t, { as: await house.person(entity, 'viewer') });
  await page.goto(path);
  await page.getByText('Only owners and developers of this business entity can generate and show secrets').waitFor();
  assert.equal(await page.getByRole('link', { name: /^Change/ }).count(), 0);
});
