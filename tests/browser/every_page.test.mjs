import { after } from 'node:test';
import { launch } from './browser.mjs';
import { testEach } from './every_page.mjs';
import { start } from './passgate.mjs';
import { arrange, entityPages } from './world.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });

testEach(entityPages(await arrange(house)), browser);
