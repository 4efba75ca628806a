// A demo installation of its own for each file of tests, and short ways to put things and people into it.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const binary = process.env.PASSGATE ?? fileURLToPath(new URL('../../target/debug/passgate', import.meta.url));

export const password = 'heron lamp basalt ferry';

export async function start(settings = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'passgate-browser-'));
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PASSGATE'));
  const server = spawn(binary, ['quickstart', '--json', '--data-dir', join(directory, 'data'), '--listen', '127.0.0.1:0'], {
    cwd: directory,
    env: { ...Object.fromEntries(inherited), PASSGATE_LOG_LEVEL: 'error', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => { server.once('exit', resolve); });
  const stop = async () => {
    server.kill();
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  // Nothing is left behind where a run is broken off.
  process.once('exit', () => {
    server.kill();
    rmSync(directory, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const line = await Promise.race([
    createInterface({ input: server.stdout })[Symbol.asyncIterator]().next(),
    ended.then((status) => { throw new Error(`passgate ended with ${status} before it served`); }),
  ]);
  return new House(JSON.parse(line.value), directory, stop);
}

class House {
  #operator;
  #people = 0;

  constructor(made, directory, stop) {
    this.base = made.base_url;
    this.host = new URL(made.base_url).host;
    this.demo = { clientId: made.client_id, secret: made.client_secret };
    this.adminToken = made.admin_token;
    this.setupUrl = made.setup_url;
    this.directory = directory;
    this.stop = stop;
  }

  // The path of a link that makes an operator; a newer one takes the place of an older one.
  setupLink() {
    const made = execFileSync(binary, ['operator', 'setup-link', '--json', '--data-dir', join(this.directory, 'data')], {
      cwd: this.directory,
    });
    return new URL(JSON.parse(made).setup_url).pathname;
  }

  async admin(method, path, body) {
    const answer = await fetch(`${this.base}/admin/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.adminToken}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  }

  entity(identifier, more = {}) {
    return this.admin('POST', 'entities', { identifier, name: identifier, ...more });
  }

  async credential(entity, name = 'ERP') {
    const made = await this.admin('POST', `entities/${entity}/credentials`, { name });
    return { clientId: made.client_id, secret: made.client_secret };
  }

  parameter(entity, name, definition) {
    return this.admin('PUT', `entities/${entity}/parameters/${name}`, { name, ...definition });
  }

  token({ clientId, secret }, more = {}, headers = {}) {
    return fetch(`${this.base}/api/v1/access-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ client_id: clientId, client_secret: secret, ...more }),
    });
  }

  async reportLeak(report) {
    const answer = await fetch(`${this.base}/leak-report`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(report),
    });
    if (!answer.ok) throw new Error(`leak-report: ${answer.status}`);
  }

  // Sends a page's form as the page would.
  async post(url, fields, session) {
    return fetch(new URL(url, this.base), {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: this.base, ...(session && { cookie: cookieOf(session) }) },
      body: new URLSearchParams(fields),
    });
  }

  // The first operator, who is made once.
  operator() {
    this.#operator ??= this.#join(this.setupUrl, { email: 'ada@example.com', name: 'Ada Operator', password });
    return this.#operator;
  }

  async invitation(entity, email, role = 'owner') {
    const answer = await this.post(`/operator/entities/${entity}/invitations`, { email, role }, await this.operator());
    const link = /id="invitation-link">([^<]+)</.exec(await answer.text());
    if (!link) throw new Error(`no invitation link for ${email}: ${answer.status}`);
    return link[1];
  }

  async person(entity, role = 'owner', { name = 'Maya Lindqvist', email } = {}) {
    this.#people += 1;
    email ??= `person-${this.#people}@example.com`;
    const joined = await this.#join(await this.invitation(entity, email, role), { name, password });
    return { ...joined, email };
  }

  async signedIn(email) {
    return this.#join('/sign-in', { email, password });
  }

  // As if this person had given the password an hour ago: nothing but waiting does that from outside.
  passHourSincePassword(email) {
    const program = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as database:
    of_person = "person_id = (SELECT id FROM people WHERE email = ?)"
    database.execute("UPDATE sessions SET proven_at = proven_at - 3600000 WHERE " + of_person, sys.argv[2:])
`;
    execFileSync('python3', ['-c', program, join(this.directory, 'data', 'passgate.db'), email]);
  }

  async #join(url, fields) {
    const answer = await this.post(url, fields);
    const [name, value] = (answer.headers.getSetCookie()[0] ?? '').split(';')[0].split('=');
    if (answer.status !== 303 || !value) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    return { cookies: [{ name, value, url: this.base }] };
  }
}

const cookieOf = (session) => session.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
