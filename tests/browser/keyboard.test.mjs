import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from './browser.mjs';
import { password, start } from './passgate.mjs';
import { arrange } from './world.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });
const world = await arrange(house);

// A document that is being loaded has no focus yet; it is waited for.
const focused = async (page) => (await page.waitForFunction(() => {
  let it = document.activeElement;
  while (it?.contentDocument) it = it.contentDocument.activeElement;
  if (!it) return null;
  // A control that is drawn by what stands beside it shows the focus there.
  const drawn = [it, it.nextElementSibling, it.closest('label')].filter(Boolean).map((one) => getComputedStyle(one));
  return {
    tag: it.tagName,
    text: (it.getAttribute('aria-label') ?? it.innerText ?? it.id).trim(),
    isInDialog: Boolean(it.closest('[role=dialog]')),
    isSeen: drawn.some((style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1),
  };
})).jsonValue();

// Presses Tab until the focus is where a person wants it, and sees it at every stop.
async function tabTo(page, wanted, most = 80) {
  for (let presses = 0; presses < most; presses += 1) {
    if (await wanted.evaluate((it) => it === document.activeElement)) return;
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (at.tag !== 'BODY') assert.ok(at.isSeen, `the focus is not to be seen on ${at.tag} “${at.text}”`);
  }
  assert.fail(`${wanted} is not reached by Tab`);
}

async function typeInto(page, label, text) {
  await tabTo(page, page.getByLabel(label, { exact: true }));
  await page.keyboard.type(text);
}

test('from signing in to a token without a mouse', async (t) => {
  const { email } = await house.person('blank', 'owner');
  const page = await browser.open(t);
  await page.goto('/sign-in');
  await typeInto(page, 'E-mail', email);
  await typeInto(page, 'Password', password);
  await page.keyboard.press('Enter');
  const generate = page.getByRole('button', { name: 'Generate credentials' });
  await generate.waitFor();
  await tabTo(page, generate);
  await page.keyboard.press('Enter');
  const onward = page.getByRole('main').getByRole('link', { name: 'Get Access Token' });
  await page.getByText(/^pgs_\w{20,}$/).waitFor();
  await tabTo(page, onward);
  await page.keyboard.press('Enter');
  const send = page.getByRole('button', { name: 'Send request' });
  await send.waitFor();
  await tabTo(page, send);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'The token, decoded' }).waitFor();
});

test('an operator creates an entity, invites somebody and edits a parameter without a mouse', async (t) => {
  const page = await browser.open(t, { as: world.operator });
  await page.goto('/operator/entities');
  await tabTo(page, page.getByRole('link', { name: 'Create entity' }));
  await page.keyboard.press('Enter');
  const name = page.getByRole('textbox', { name: /^Name/ });
  await name.waitFor();
  await tabTo(page, name);
  await page.keyboard.type('Keyboard Cargo');
  await tabTo(page, page.getByRole('textbox', { name: /^Identifier/ }));
  await page.keyboard.type('keyboard');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Keyboard Cargo', level: 1 }).waitFor();
  await tabTo(page, page.getByRole('textbox', { name: /^E-mail/ }));
  await page.keyboard.type('kim@example.com');
  await page.keyboard.press('Enter');
  await page.getByText('Pass this link on to kim@example.com.').waitFor();
  await tabTo(page, page.getByRole('link', { name: 'Parameters' }));
  await page.keyboard.press('Enter');
  const add = page.getByRole('link', { name: 'Add parameter' });
  await add.waitFor();
  await tabTo(page, add);
  await page.keyboard.press('Enter');
  await name.waitFor();
  await tabTo(page, name);
  await page.keyboard.type('depot');
  await tabTo(page, page.getByRole('button', { name: 'Save parameter' }));
  await page.keyboard.press('Enter');
  await page.getByText('Saved.').first().waitFor();
});

test('the first stop of Tab skips to the content', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  await page.goto('/entities/northwind/generate-credentials');
  await page.keyboard.press('Tab');
  assert.equal((await focused(page)).text, 'Skip to content');
  assert.ok((await page.getByRole('link', { name: 'Skip to content' }).boundingBox()).y >= 0);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => Boolean(document.activeElement.closest('main'))));
});

test('arrows, Home and End go through tabs, and the address follows', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  await page.goto('/entities/northwind/get-access-token');
  const selected = () => page.getByRole('tablist', { name: 'Responses' }).getByRole('tab', { selected: true });
  await tabTo(page, selected());
  for (const [key, code] of [['ArrowRight', '400'], ['End', '503'], ['ArrowRight', '200'], ['ArrowLeft', '503'], ['Home', '200'], ['ArrowRight', '400']]) {
    await page.keyboard.press(key);
    assert.equal(await selected().innerText(), code, key);
    assert.equal((await focused(page)).text, code);
    assert.equal(new URL(page.url()).searchParams.get('response'), code);
  }
  // One stop for all tabs.
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), null);
});

const dialogs = {
  'Regenerate key': ['owner', '/entities/northwind/generate-credentials?dialog=regenerate'],
  'It leaked': ['owner', '/entities/northwind/generate-credentials?dialog=leak'],
  Revoke: ['owner', '/entities/northwind/generate-credentials?dialog=revoke'],
  'Stop tokens': ['owner', '/entities/northwind/generate-credentials?dialog=void'],
  'Stop all tokens': ['operator', '/operator/revocation?dialog=all'],
  'Disable an entity': ['operator', '/operator/entities/northwind?dialog=disable'],
  'Rotate the key': ['operator', '/operator/keys?dialog=rotate'],
  'Remove a parameter': ['operator', '/operator/entities/northwind/parameters?remove=depot'],
};
for (const [name, [as, path]] of Object.entries(dialogs)) {
  test(`the dialog “${name}” begins on Cancel, keeps the focus and closes with Escape`, async (t) => {
    const page = await browser.open(t, { as: world[as] });
    await page.goto(path);
    await page.getByRole('dialog').waitFor();
    assert.equal((await focused(page)).text, 'Cancel');
    for (const key of ['Tab', 'Shift+Tab']) {
      const seen = new Set();
      for (let presses = 0; presses < 8; presses += 1) {
        await page.keyboard.press(key);
        const at = await focused(page);
        // Between the last stop and the first, the focus is on the browser's own controls.
        if (at.tag === 'BODY') continue;
        assert.ok(at.isInDialog, `${key} leaves the dialog for ${at.tag} “${at.text}”`);
        assert.ok(at.isSeen, `the focus is not to be seen on ${at.tag} “${at.text}”`);
        seen.add(`${at.tag} ${at.text}`);
      }
      assert.ok(seen.size >= 2, [...seen].join(', '));
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
}

test('the dialog “Add a pair” begins on its field and closes with Escape', async (t) => {
  const page = await browser.open(t, { as: world.owner });
  await page.goto('/entities/northwind/generate-credentials?dialog=add');
  await page.waitForFunction(() => document.activeElement.id === 'name');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('on a narrow screen the menu opens with the keyboard', async (t) => {
  const page = await browser.open(t, { as: world.owner, viewport: { width: 390, height: 800 } });
  await page.goto('/entities/northwind/generate-credentials');
  const menu = page.locator('summary').filter({ hasText: 'Menu' });
  await tabTo(page, menu);
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('link', { name: 'Token Timeout' }));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Token Timeout', level: 1 }).waitFor();
});
