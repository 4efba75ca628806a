import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from './browser.mjs';
import { password, start } from './passgate.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });

// Goes by what a person sees, and counts the clicks.
function person(page) {
  let clicks = 0;
  return {
    clicks: () => clicks,
    async press(role, name) {
      clicks += 1;
      await page.getByRole('main').getByRole(role, { name, exact: true }).click();
    },
    async write(label, text) {
      await page.getByRole('textbox', { name: label }).fill(text);
    },
    async writePassword(text) {
      await page.getByLabel('Password', { exact: true }).fill(text);
    },
    async reads(heading) {
      await page.getByRole('heading', { name: heading, exact: true, level: 1 }).waitFor();
    },
  };
}

async function saysWhoItIsFor(token) {
  const answer = await fetch(`${house.base}/api/v1/whoami`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
  return answer.json();
}

test('the set-up link leads to an operator, an entity, its first person and a first token, and no file is touched', async (t) => {
  const page = await browser.open(t);
  const ada = person(page);
  await page.goto(house.setupUrl);
  await ada.reads('Set up Passgate');
  await ada.write('E-mail', 'ada@example.com');
  await ada.write('Your name', 'Ada Operator');
  await ada.writePassword(password);
  await ada.press('button', 'Become operator');
  await ada.reads('Entities');
  await ada.press('link', 'Create entity');
  await ada.reads('Create entity');
  await ada.write(/^Name/, 'Northwind Logistics');
  await ada.write(/^Identifier/, 'northwind');
  await ada.press('button', 'Create entity');
  await ada.reads('Northwind Logistics');
  await ada.write(/^E-mail/, 'maya@example.com');
  await ada.press('button', 'Send invitation');
  await page.getByText('Pass this link on to maya@example.com.').waitFor();
  const link = await page.locator('#invitation-link').textContent();

  const other = await browser.open(t);
  const maya = person(other);
  await other.goto(link);
  await maya.reads('Join Northwind Logistics');
  await maya.write('Your name', 'Maya Lindqvist');
  await maya.writePassword(password);
  await maya.press('button', 'Set password and go on');
  const before = maya.clicks();
  await maya.reads('Generate Credentials');
  await maya.press('button', 'Generate credentials');
  await other.getByText(/^pgs_\w{20,}$/).waitFor();
  await maya.press('link', 'Get Access Token');
  await maya.reads('Get Access Token');
  await maya.press('button', 'Send request');
  await other.getByRole('heading', { name: 'The token, decoded' }).waitFor();
  assert.ok(maya.clicks() - before <= 5, `${maya.clicks() - before} clicks`);

  const answer = JSON.parse(await other.getByRole('tabpanel', { name: '200' }).locator('code.json').textContent());
  assert.equal((await saysWhoItIsFor(answer.access_token)).entity, 'northwind');
});

test('a set-up link is good once', async (t) => {
  const page = await browser.open(t, { statuses: [404] });
  await page.goto(house.setupUrl);
  await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
});
