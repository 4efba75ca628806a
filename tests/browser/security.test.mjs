import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';

const house = await start();
const browser = await launch(house, { asPeopleHaveIt: true });

await house.entity('northwind', { name: 'Northwind Logistics' });
const credential = await house.credential('northwind');
const path = '/entities/northwind/generate-credentials';
const owner = await house.person('northwind');

// Somebody else's pages: what stands in the query is a form that sends itself.
const stranger = createServer((request, response) => {
  const [action, ...fields] = new URL(request.url, 'http://stranger').searchParams.entries();
  const inputs = fields.map(([name, value]) => `<input name="${name}" value="${value}">`).join('');
  response.setHeader('content-type', 'text/html');
  response.end(`<form method="post" action="${action[1]}">${inputs}</form><script>document.forms[0].submit()</script>`);
});
await new Promise((resolve) => { stranger.listen(0, '127.0.0.1', resolve); });
after(async () => { await browser.close(); await house.stop(); stranger.close(); });

const actions = {
  'sign out': ['/sign-out', {}],
  regenerate: [`${path}/${credential.clientId}/regenerate`, { version: 1, grace: 0 }],
  show: [`${path}/${credential.clientId}/show`, {}],
  'change a setting': ['/entities/northwind/token-timeout', { version: 1, timeout: 99, unit: 'minutes' }],
};
for (const [what, [action, fields]] of Object.entries(actions)) {
  for (const host of ['127.0.0.1', 'localhost']) {
    test(`a page of ${host} at another port cannot ${what}`, async (t) => {
      const origin = `${host}:${stranger.address().port}`;
      const page = await browser.open(t, { as: owner, statuses: [403], hosts: [origin] });
      const query = new URLSearchParams({ action: house.base + action, ...fields });
      const [refused] = await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'POST'),
        page.goto(`http://${origin}/?${query}`),
      ]);
      assert.equal(refused.status(), 403);
      assert.equal(refused.headers()['set-cookie'], undefined);
      await page.goto(path);
      await page.getByRole('heading', { name: 'Generate Credentials' }).waitFor();
      assert.equal((await house.token(credential)).status, 200);
      const { settings } = await house.admin('GET', 'entities/northwind');
      assert.equal(settings.token_timeout_minutes, 10);
    });
  }
}

test('no page can be framed by another', async (t) => {
  const page = await browser.open(t, { as: owner });
  for (const one of ['/sign-in', path, '/entities/northwind/get-access-token']) {
    const headers = (await page.goto(one)).headers();
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.match(headers['content-security-policy'], /frame-ancestors 'none'/);
  }
});

test('what shows a secret or a token is never stored and never compressed', async (t) => {
  const page = await browser.open(t, { as: owner });
  await page.goto(path);
  const answers = [];
  page.on('response', (response) => { if (response.request().method() === 'POST') answers.push(response); });
  await page.getByRole('button', { name: 'Show Client Secret' }).click();
  await page.getByText(credential.secret).waitFor();
  await page.goto('/entities/northwind/get-access-token');
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.getByRole('heading', { name: 'The token, decoded' }).waitFor();
  assert.equal(answers.length, 2);
  for (const answer of answers) {
    assert.match(answer.headers()['cache-control'], /no-store/);
    assert.equal(answer.headers()['content-encoding'], undefined);
  }
});

test('the session is out of reach of scripts', async (t) => {
  const page = await browser.open(t);
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill('heron lamp basalt ferry');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Generate Credentials' }).waitFor();
  assert.equal(await page.evaluate(() => document.cookie), '');
  const [session] = await page.context().cookies();
  assert.ok(session.httpOnly);
  assert.ok(['Lax', 'Strict'].includes(session.sameSite));
});

test('after signing out, the back button shows nothing of what was there', async (t) => {
  const leaving = await house.signedIn(owner.email);
  const page = await browser.open(t, { as: leaving });
  await page.goto(path);
  await page.getByRole('button', { name: 'Show Client Secret' }).click();
  await page.getByText(credential.secret).waitFor();
  await page.goto('/entities/northwind/get-access-token');
  await page.goto('/account');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in*');
  const visited = [];
  for (let steps = 0; steps < 4; steps += 1) {
    // The browser has no answer to the form that showed the secret, and shows a page of its own.
    await page.goBack().catch(() => page.waitForURL(/^chrome-error:/));
    const content = await page.content();
    for (const kept of [credential.secret, credential.clientId, 'Northwind']) assert.ok(!content.includes(kept), `${page.url()} shows ${kept}`);
    visited.push(new URL(page.url()).pathname);
    if (visited[steps] === '/sign-in') await page.getByRole('heading', { name: 'Sign in to Passgate' }).waitFor();
  }
  assert.deepEqual(visited, ['/sign-in', '/sign-in', '/', '/sign-in']);
});
