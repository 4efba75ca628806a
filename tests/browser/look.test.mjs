import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { findings } from './axe.mjs';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';
import { arrange } from './world.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });
const world = await arrange(house);
const token = '/entities/northwind/get-access-token';

const paper = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
const [white, black] = ['rgb(255, 255, 255)', 'rgb(21, 20, 18)'];

test('the theme follows the system until one is chosen, and the choice wins', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  await page.goto('/account');
  const choose = async (theme) => {
    await page.getByLabel('Theme', { exact: true }).selectOption({ label: theme });
    await page.getByRole('region', { name: 'Language and theme' }).getByRole('button', { name: 'Save' }).click();
    await page.waitForFunction((label) => document.querySelector('#theme').selectedOptions[0].defaultSelected && document.querySelector('#theme').selectedOptions[0].text === label, theme);
  };
  const inSystem = async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    return paper(page);
  };
  assert.equal(await inSystem('light'), white);
  assert.equal(await inSystem('dark'), black);
  await choose('Light');
  assert.equal(await inSystem('dark'), white);
  await choose('Dark');
  assert.equal(await inSystem('light'), black);
  await page.goto(token);
  assert.equal(await paper(page), black);
  await page.goto('/account');
  await choose('As the system');
  assert.equal(await inSystem('light'), white);
});

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

const longest = (page) => page.evaluate(() => {
  const seconds = (list) => Math.max(...list.split(',').map(parseFloat));
  const all = [...document.querySelectorAll('*')].map((it) => getComputedStyle(it));
  return Math.max(...all.map((style) => Math.max(
    seconds(style.transitionDuration) + seconds(style.transitionDelay),
    style.animationName === 'none' ? 0 : seconds(style.animationDuration),
  )));
});

test('nothing moves where less motion is asked for, and little elsewhere', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  for (const path of ['/sign-in', token, '/entities/northwind/token-timeout', '/entities/northwind/generate-credentials?dialog=regenerate']) {
    await page.goto(path);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    assert.ok(await longest(page) <= 0.12, path);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await longest(page), 0, path);
  }
});

test('on paper every code and both tabs are printed, and neither secret nor token', async (t) => {
  const page = await browser.open(t, { as: world.owner, colorScheme: 'dark' });
  await page.goto(token);
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.getByRole('heading', { name: 'The token, decoded' }).waitFor();
  const body = JSON.parse(await page.locator('#r200').innerText());
  await page.emulateMedia({ media: 'print' });
  const printed = await page.locator('body').innerText();
  for (const code of ['200', '400', '401', '404', '412', '503']) {
    assert.ok(await page.locator(`#panel-${code}`).isVisible(), code);
  }
  assert.ok(await page.locator('#panel-example').isVisible() && await page.locator('#panel-schema').isVisible());
  assert.ok(await page.locator('#sample').isVisible());
  for (const hidden of [body.access_token, body.access_token.split('.')[2], world.erp.secret]) assert.ok(!printed.includes(hidden));
  assert.equal(await page.getByRole('navigation', { name: 'Main' }).first().isVisible(), false);
  assert.equal(await paper(page), white);
});

test('on paper a shown secret is hidden', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  const erp = `/entities/northwind/generate-credentials?credential=${world.erp.clientId}`;
  await page.goto(erp);
  await page.getByRole('button', { name: 'Show Client Secret' }).click();
  const secret = page.getByText(/^pgs_\w{20,}$/);
  await secret.waitFor();
  await page.emulateMedia({ media: 'print' });
  assert.equal(await secret.isVisible(), false);
  assert.ok(await page.getByText(world.erp.clientId).first().isVisible());
});

test('every target is at least 24 pixels high, and 44 on a narrow screen for buttons and rows of the menu', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  for (const path of ['/sign-in', '/account', token, '/entities/northwind/generate-credentials', '/entities/northwind/token-timeout']) {
    await page.goto(path);
    for (const [width, least] of [[1280, 24], [390, 44]]) {
      await page.setViewportSize({ width, height: 800 });
      const low = await page.evaluate((height) => {
        const all = [...document.querySelectorAll('.btn:not(.btn-small, .btn-bare), .nav a, summary, select, input:not([type=hidden], [type=checkbox], [type=radio])')];
        return all.filter((it) => it.getClientRects().length && it.getBoundingClientRect().height < height).map((it) => it.outerHTML.slice(0, 100));
      }, least);
      assert.deepEqual(low, [], `${path} at ${width}`);
    }
  }
});

test('the longest names and many of them push nothing out of the page or its panels', async (t) => {
  const entity = 'e'.repeat(64);
  const parameter = 'p'.repeat(64);
  await house.entity(entity, { name: 'N'.repeat(50) });
  await house.parameter(entity, parameter, { type: 'string', required: true, example: 'v'.repeat(60) });
  const made = [];
  for (let system = 0; system < 10; system += 1) made.push(await house.credential(entity, `${system} ${'System '.repeat(6)}`.trim()));
  await house.token(made[0]);
  const owner = await house.person(entity, 'owner', { name: 'M'.repeat(50), email: `${'m'.repeat(60)}@${'d'.repeat(35)}.org` });
  const operator = `/operator/entities/${entity}`;
  const pages = {
    owner: ['generate-credentials', 'get-access-token?tab=schema', 'requests', 'activity', 'people'].map((name) => `/entities/${entity}/${name}`),
    operator: ['/operator/entities', operator, `${operator}/parameters`, '/operator/activity'],
  };
  for (const [as, paths] of [[owner, pages.owner], [world.operator, pages.operator]]) {
    const page = await browser.open(t, { as });
    for (const path of paths) {
      await page.goto(path);
      for (const width of [1280, 390, 320]) {
        await page.setViewportSize({ width, height: 800 });
        const out = await page.evaluate(() => {
          const root = document.documentElement;
          const tables = [...document.querySelectorAll('.panel table')].filter((it) => it.offsetWidth > it.parentElement.clientWidth);
          return [root.scrollWidth - root.clientWidth, tables.length];
        });
        assert.deepEqual(out, [0, 0], `${path} at ${width}`);
      }
    }
  }
});
