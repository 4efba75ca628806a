import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { findings } from './axe.mjs';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';
import { allPages, arrange } from './world.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });
const world = await arrange(house);
// Every page once, as it is opened.
const plain = [...new Map(allPages(world).filter(({ act, statuses }) => !act && !statuses).reverse().map((it) => [kind(it.path), it])).values()];

function kind(path) {
  return path.replace(/\?.*/, '').replace(/entities\/(northwind|blank|locked|stopped)/, 'entities/any').replace(/pgl_\w+/, 'any');
}
const token = '/entities/northwind/get-access-token';

// The sentences of a page that are not marked as being of another language than the page. Code and the titles of
// answers are the protocol's and the same in every language.
const sentences = (page) => page.evaluate(() => {
  const isOther = (it) => it.closest('[lang]') !== document.documentElement;
  const isCode = (it) => it.closest('code, pre, textarea, option, .value, .addr, .code-head, .place, script, style');
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim().replace(/\s+/g, ' ');
    const parent = walker.currentNode.parentElement;
    if (!isOther(parent) && !isCode(parent) && text.split(' ').filter((word) => /^\p{L}{2,}[.,;]?$/u.test(word)).length >= 4) found.add(text);
  }
  return [...found];
});

const english = new Map();
test('pages are in English for who asks for no other language that there is', async (t) => {
  const walk = browser.walk({ locale: 'de-DE' });
  for (const it of plain) {
    const page = await walk(t, it);
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    english.set(it.name, new Set(await sentences(page)));
  }
});

for (const [language, locale] of [['fr', 'fr-CA'], ['es', 'es-MX'], ['ja', 'ja-JP']]) {
  test(`in ${language}, every page says so, marks what is English, and fits 320 pixels`, async (t) => {
    const walk = browser.walk({ locale, viewport: { width: 320, height: 800 } });
    const found = [];
    for (const it of plain) {
      const page = await walk(t, it);
      assert.equal(await page.locator('html').getAttribute('lang'), language);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 320) found.push(`${it.name}: ${width} px wide`);
      for (const text of await sentences(page)) if (english.get(it.name).has(text)) found.push(`not marked as English: ${text}`);
    }
    assert.deepEqual([...new Set(found)], []);
  });

  test(`in ${language}, the words of the protocol stay as they are, and axe finds nothing`, async (t) => {
    const page = await browser.open(t, { as: world.owner, locale });
    await page.goto('/entities/northwind/generate-credentials');
    assert.equal(await page.locator('.lede').locator('xpath=descendant-or-self::*[@lang="en"]').count(), 0, 'the page is translated');
    await page.goto(token);
    for (const word of ['POST URL', 'client_id', 'client_secret', 'application/json', 'JSON']) await page.getByText(word).first().waitFor();
    assert.deepEqual(await page.locator('.tabs[data-param=response] [role=tab]').allInnerTexts(), ['200', '400', '401', '404', '412', '503']);
    assert.equal(JSON.parse(await page.locator('#r200').innerText()).message, 'Successfully done');
    assert.equal(JSON.parse(await page.locator('#r412').textContent()).title, 'Validation errors/Invalid Arguments.');
    assert.deepEqual(await findings(page), []);
  });
}

test('the language chosen wins over the browser’s, at the door and on the account page', async (t) => {
  const page = await browser.open(t, { as: world.owner, locale: 'ja-JP' });
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Français' }).click();
  await page.locator('html[lang=fr]').waitFor();
  await page.goto('/account');
  await page.locator('#language').selectOption('es');
  await page.locator('form[action="/preferences"]').getByRole('button').click();
  await page.locator('html[lang=es]').waitFor();
  await page.goto(token);
  assert.equal(await page.locator('html').getAttribute('lang'), 'es');
});
