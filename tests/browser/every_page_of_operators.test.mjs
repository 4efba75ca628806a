import { after } from 'node:test';
import { launch } from './browser.mjs';
import { testEach } from './every_page.mjs';
import { start } from './passgate.mjs';
import { arrange, operatorPages } from './world.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });

const world = await arrange(house);
await house.admin('PATCH', 'entities/northwind', {
  settings: { token_timeout_minutes: 20, ip_allowlist: ['127.0.0.0/8'], regenerate_grace_seconds: 60, regenerate_voids_tokens: true },
});
testEach(operatorPages(world), browser);
