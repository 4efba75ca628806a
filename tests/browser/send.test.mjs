import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });

await house.entity('northwind', { name: 'Northwind Logistics' });
await house.parameter('northwind', 'depot', { type: 'string', pattern: '^AMS-[0-9]$', required: true, example: 'AMS-1', claim: 'depot' });
const credential = await house.credential('northwind');
const owner = await house.person('northwind');
const path = '/entities/northwind/get-access-token';
const tab = (page, name) => page.getByRole('tab', { name });

test('Send request gets a token and shows it decoded', async (t) => {
  const page = await browser.open(t, { as: owner });
  await page.goto(path);
  await page.getByRole('button', { name: 'Send request' }).click();
  const decoded = page.getByRole('region', { name: 'The token, decoded' });
  await decoded.waitFor();
  assert.equal(await tab(page, '200').getAttribute('aria-selected'), 'true');
  const rows = await decoded.getByRole('row').evaluateAll((all) => all.map((row) => [...row.cells].slice(0, 2).map((cell) => cell.innerText)));
  const claims = Object.fromEntries(rows);
  assert.equal(claims.typ, 'at+jwt');
  assert.equal(claims.entity, 'northwind');
  assert.equal(claims.depot, 'AMS-1');
  assert.equal(claims.client_id, credential.clientId);
  const body = await page.getByRole('tabpanel', { name: '200' }).locator('code.json').innerText();
  assert.deepEqual(Object.keys(JSON.parse(body)), ['status', 'message', 'access_token', 'token_type', 'expires_in', 'scope']);
  assert.ok(!(await page.content()).includes(credential.secret));
});

test('a wrong value selects 412 and is named in three places, and is mended on the spot', async (t) => {
  const page = await browser.open(t, { as: owner });
  await page.goto(path);
  await page.getByText('Change the values').click();
  await page.getByRole('textbox', { name: 'depot' }).fill('nowhere');
  await page.getByRole('button', { name: 'Send request' }).click();
  const panel = page.getByRole('tabpanel', { name: /^412/ });
  await panel.waitFor();
  assert.equal(await tab(page, /^412/).getAttribute('aria-selected'), 'true');
  assert.match(await tab(page, /^412/).innerText(), /received/);

  assert.equal(await panel.getByRole('heading').first().innerText(), 'Correct one field: depot');
  assert.ok(await panel.getByText('^AMS-[0-9]$', { exact: true }).isVisible(), 'the form that it must have');
  const body = JSON.parse(await panel.locator('code.json').innerText());
  assert.deepEqual(body.errors.map((error) => error.field), ['depot']);
  await tab(page, 'Schema').click();
  const row = page.getByRole('tabpanel', { name: 'Schema' }).getByRole('row').filter({ hasText: 'depot' });
  assert.ok((await row.innerText()).includes(body.errors[0].message));

  await panel.getByRole('textbox', { name: 'depot' }).fill('AMS-7');
  await panel.getByRole('button', { name: 'Send again' }).click();
  await page.getByRole('region', { name: 'The token, decoded' }).getByText('AMS-7').waitFor();
});

test('every code can be selected and shows its own body', async (t) => {
  const page = await browser.open(t, { as: owner });
  await page.goto(path);
  const codes = page.getByRole('tablist', { name: 'Responses' }).getByRole('tab');
  assert.deepEqual(await codes.allInnerTexts(), ['200', '400', '401', '404', '412', '503']);
  assert.equal(await codes.first().getAttribute('aria-selected'), 'true');
  for (const code of ['400', '401', '404', '412', '503', '200']) {
    await tab(page, code).click();
    const body = page.getByRole('tabpanel', { name: code }).locator('code.json');
    assert.equal(JSON.parse(await body.innerText()).status, Number(code));
  }
});

for (const type of ['json', 'form']) {
  test(`curl copied from the page, with a body of ${type}, gets a token in sh`, async (t) => {
    const page = await browser.open(t, { as: owner, permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto(`${path}?body=${type}&lang=curl`);
    await page.getByRole('button', { name: 'Copy curl' }).click();
    await page.getByRole('status').getByText('Copied').waitFor();
    const sample = await page.evaluate(() => navigator.clipboard.readText());
    const { stdout } = await promisify(execFile)('sh', ['-c', sample], { env: { ...process.env, PASSGATE_SECRET: credential.secret } });
    const answer = await fetch(`${house.base}/api/v1/whoami`, { headers: { authorization: `Bearer ${stdout.trim()}` } });
    assert.equal((await answer.json()).entity, 'northwind');
  });
}
