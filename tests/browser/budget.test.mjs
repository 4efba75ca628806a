import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';

const house = await start();
const browser = await launch(house, { asPeopleHaveIt: true });
after(async () => { await browser.close(); await house.stop(); });

await house.entity('northwind', { name: 'Northwind Logistics' });
await house.credential('northwind');
const owner = await house.person('northwind');

// What comes over the wire with an empty cache.
async function firstView(t, as, path) {
  const page = await browser.open(t, { as });
  const wire = await page.context().newCDPSession(page);
  const types = new Map();
  const sizes = [];
  wire.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type));
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.push([types.get(requestId), encodedDataLength]));
  await wire.send('Network.enable');
  await page.goto(path, { waitUntil: 'load' });
  const ready = await page.evaluate(() => performance.getEntriesByType('navigation')[0].loadEventStart);
  const sum = (some) => some.reduce((all, [, size]) => all + size, 0);
  await page.context().close();
  return { ready, requests: sizes.length, bytes: sum(sizes), script: sum(sizes.filter(([type]) => type === 'Script')) };
}

const views = {
  'the sign-in page': [undefined, '/sign-in'],
  'Generate Credentials': [owner, '/entities/northwind/generate-credentials'],
  'Get Access Token': [owner, '/entities/northwind/get-access-token'],
};
for (const [name, [as, path]] of Object.entries(views)) {
  test(`the first view of ${name} is light and quick`, async (t) => {
    const { requests, bytes, script, ...first } = await firstView(t, as, path);
    let { ready } = first;
    // The time is a budget and no benchmark: the best of a few counts, more of them where the machine is busy.
    for (let run = 1; run < 20 && (run < 3 || ready > 300); run += 1) ready = Math.min(ready, (await firstView(t, as, path)).ready);
    t.diagnostic(`${requests} requests, ${bytes} bytes, of them ${script} script, ready in ${Math.round(ready)} ms`);
    assert.ok(requests <= 5, `${requests} requests`);
    assert.ok(bytes <= 40 * 1024, `${bytes} bytes`);
    assert.ok(script <= 10 * 1024, `${script} bytes of script`);
    assert.ok(ready <= 300, `${ready} ms`);
  });
}

test('the next page needs nothing but itself', async (t) => {
  const page = await browser.open(t, { as: owner });
  // Its icon comes after everything else; a page that is left before that leaves it to the next.
  await page.goto('/entities/northwind/generate-credentials', { waitUntil: 'networkidle' });
  await page.goto('/entities/northwind/get-access-token');
  const fetched = await page.evaluate(() => performance.getEntriesByType('resource').filter((it) => it.transferSize > 0).map((it) => it.name));
  assert.deepEqual(fetched, []);
});
