// Pages that are watched: what must never happen on any of them is found wherever it happens.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const required = createRequire(new URL('../../target/browser/', import.meta.url));
const { chromium } = required('playwright-core');

export const requiredModule = required;

// Chromium without its surface, for half the time; `asPeopleHaveIt` also keeps pages for the back button, and is what
// a time is measured in.
const light = process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell';
const whole = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function launch(house, { asPeopleHaveIt = false } = {}) {
  const browser = await chromium.launch({
    executablePath: asPeopleHaveIt ? whole : light,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  const opened = async (statuses, { as, hosts = [], ...options }) => {
    const context = await browser.newContext({ baseURL: house.base, locale: 'en-GB', ...options });
    const problems = watch(context, house, statuses, hosts);
    context.setDefaultTimeout(10_000);
    if (as) await context.addCookies(as.cookies);
    return { page: await context.newPage(), problems };
  };
  return {
    close: () => browser.close(),
    // A page in a context of its own. `statuses` are the refusals and `hosts` the strangers that the test is about.
    async open(t, { statuses = [], ...options } = {}) {
      const { page, problems } = await opened(statuses, options);
      t.after(async () => {
        await page.context().close();
        assert.deepEqual(problems, []);
      });
      return page;
    },
    // Visits many pages, each as whom it is for, in few contexts.
    walk(options = {}) {
      const kept = new Map();
      return async (t, { as, statuses = [], path, act }) => {
        if (!kept.has(as)) {
          const taken = [];
          kept.set(as, { taken, ...(await opened(taken, { as, ...options })) });
        }
        const { page, problems, taken } = kept.get(as);
        taken.splice(0, taken.length, ...statuses);
        t.after(() => assert.deepEqual(problems.splice(0), []));
        await page.goto(path);
        await act?.(page);
        return page;
      };
    },
  };
}

function watch(context, house, statuses, hosts) {
  const known = [house.host, ...hosts];
  const problems = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && !known.includes(url.host)) problems.push(`asks another host: ${url}`);
  });
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // A navigation ends what the page before it was still loading; the answer to a form is not there to go back to.
    if (!['net::ERR_ABORTED', 'net::ERR_CACHE_MISS'].includes(reason)) problems.push(`failed: ${request.url()} ${reason}`);
  });
  context.on('response', (response) => {
    const status = response.status();
    if (response.request().resourceType() === 'document' && response.url().startsWith(house.base)) problems.push(...unsealed(response));
    if (status >= 400 && !statuses.includes(status)) problems.push(`${status}: ${response.request().method()} ${response.url()}`);
  });
  context.on('console', (message) => {
    const isStatus = /the server responded with a status of/.test(message.text());
    if (message.type() === 'error' && !isStatus) problems.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => problems.push(`error: ${error.error()}`));
  context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  return problems;
}

// Every page keeps strangers' scripts out and itself out of every cache.
function unsealed(response) {
  const headers = response.headers();
  const policy = headers['content-security-policy'] ?? '';
  const wanted = ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'", "trusted-types 'none'"];
  const missing = wanted.filter((part) => !policy.split('; ').includes(part));
  if (/unsafe|\*|https?:/.test(policy)) missing.push('a policy without holes');
  if (!/no-store/.test(headers['cache-control'])) missing.push('no-store');
  return missing.map((part) => `${response.url()} lacks ${part}`);
}
