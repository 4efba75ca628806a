import { after } from 'node:test';
import { testEach } from './axe.mjs';
import { launch } from './browser.mjs';
import { start } from './passgate.mjs';
import { arrange, operatorPages } from './world.mjs';

const house = await start();
const browser = await launch(house);
after(async () => { await browser.close(); await house.stop(); });

testEach(operatorPages(await arrange(house)), browser);
