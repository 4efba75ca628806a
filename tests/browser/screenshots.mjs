// Pictures of every page for people to look at: node tests/browser/screenshots.mjs DIRECTORY
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';
import { allPages, arrange } from './world.mjs';

const [directory] = process.argv.slice(2);
if (!directory) throw new Error('say which directory the pictures go to');
mkdirSync(directory, { recursive: true });

const house = await start({ PASSGATE_TRUSTED_PROXIES: '127.0.0.1', PASSGATE_PLATFORM_NAME: 'DLAT' });
const browser = await launch(house);
try {
  const world = await arrange(house);
  await settle(world);
  await photograph(world);
} finally {
  await browser.close();
  await house.stop();
}

// A dozen customers and a day of traffic.
async function settle(world) {
  const others = {
    alpenpost: 'Alpenpost Spedition', bluewater: 'Bluewater Shipping', cargolux: 'Cascade Cargo', delta: 'Delta Depots',
    eastgate: 'Eastgate Couriers', fjord: 'Fjord Ferries', granite: 'Granite Haulage', harbor: 'Harbor & Sons',
  };
  for (const [identifier, name] of Object.entries(others)) {
    await house.entity(identifier, { name });
    if (identifier === 'fjord') continue;
    const credential = await house.credential(identifier, 'Fleet');
    await sendAll(12, (sent) => send(credential, {}, `198.51.100.${sent}`));
    if (identifier === 'delta') await sendAll(6, () => send({ ...credential, secret: 'pgs_wrong' }, {}, '198.51.100.99'));
  }
  const old = { ...world.erp };
  const depot = { depot: 'AMS-1' };
  await sendAll(120, (sent) => send(old, { depot: ['AMS-1', 'HAM-2', 'RTM-4'][sent % 3] }, `203.0.113.${20 + (sent % 4)}`));
  const renewed = await house.admin('POST', `credentials/${old.clientId}/regenerate`, { grace_seconds: 0 });
  world.erp.secret = renewed.client_secret;
  await sendAll(14, () => send(old, depot, '203.0.113.61'));
  await sendAll(90, (sent) => send(world.erp, depot, `203.0.113.${20 + (sent % 4)}`));
  await sendAll(9, () => send(world.erp, { depot: 'OSL-3' }, '203.0.113.22'));
  await sendAll(5, () => send(world.erp, { ...depot, scope: 'DLAT access' }, '203.0.113.23'));
  await sendAll(4, () => send({ ...world.erp, secret: 'pgs_mistyped' }, depot, '203.0.113.24'));
  await sendAll(20, () => send(world.shop, depot, '192.0.2.7'));
  await house.admin('PATCH', 'entities/northwind', {
    description: 'Freight forwarding in northern Europe.',
    settings: { account_lock: { maximum_attempts: 5, unlock_after_minutes: 30 } },
  });
  // The log of requests is written a moment later.
  while (count('SELECT sum(count) FROM token_request_counts') < 350) await new Promise((resolve) => { setTimeout(resolve, 200); });
  spread();
}

// Of many requests in one second only the first few are kept, so each kind gets a second of its own.
async function sendAll(number, request) {
  for (let sent = 0; sent < number; sent += 1) await request(sent);
  await new Promise((resolve) => { setTimeout(resolve, 1100); });
}

function send(credential, more, address) {
  return house.token(credential, more, { 'x-forwarded-for': address });
}

function database(program) {
  const path = join(house.directory, 'data', 'passgate.db');
  return execFileSync('python3', ['-c', `import sqlite3, sys\ndatabase = sqlite3.connect(sys.argv[1], timeout=10)\n${program}`, path]).toString();
}

function count(query) {
  return Number(database(`print(database.execute("${query}").fetchone()[0] or 0)`));
}

// What was sent in seconds, as if it had been sent in the last day, busier by day than by night.
function spread() {
  database(`
import random
random.seed(7)
rows = database.execute("SELECT * FROM token_requests").fetchall()
database.execute("DELETE FROM token_requests")
database.execute("DELETE FROM token_request_counts")
for number, row in enumerate(rows):
    copies = random.randint(8, 24) if row[6] == 200 else 1
    for copy in range(copies):
        back = int(random.triangular(0, 23.5, 9) * 3600000)
        if row[8] == "stopped_secret":
            back = random.randint(2, 5) * 3600000 + random.randint(0, 3000000)
        at = row[1] - back
        request = row[5] if copy == 0 else "req_%032x" % random.getrandbits(128)
        identifier = at * 1048576 + number * 32 + copy
        values = (identifier, at) + row[2:5] + (request,) + row[6:11] + (random.randint(900, 9000),)
        database.execute("INSERT INTO token_requests VALUES (" + ",".join("?" * 12) + ")", values)
database.execute("INSERT INTO token_request_counts SELECT entity_id, at / 3600000 * 3600000, status, code, count(*) FROM token_requests GROUP BY 1, 2, 3, 4")
database.execute("UPDATE secrets SET created_at = created_at - 86400000 * 9, last_used_at = last_used_at - 600000")
database.commit()`);
}

async function photograph(world) {
  const walk = browser.walk({ reducedMotion: 'reduce', deviceScaleFactor: 1 });
  const pictures = allPages(world);
  for (const [at, it] of pictures.entries()) {
    const name = `${String(at + 1).padStart(2, '0')}-${it.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    const page = await walk({ after() {} }, it);
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: width === 1280 ? 900 : 844 });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(directory, `${name}-${colorScheme}-${width}.png`), fullPage: true });
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  console.log(`${pictures.length * 4} pictures in ${directory}`);
}
