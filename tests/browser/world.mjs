// An installation in which every page has something to show, and every page in every state that it has.

const depot = {
  type: 'string', pattern: '^(AMS|HAM|RTM)-[0-9]$', required: true, example: 'AMS-1', claim: 'depot',
  description: 'Where it goes.',
};

export async function arrange(house) {
  const operator = await house.operator();
  const names = { northwind: 'Northwind Logistics', blank: 'Blank Foods', locked: 'Locked Lines', stopped: 'Stopped Stores', ending: 'Ending Express' };
  for (const [identifier, name] of Object.entries(names)) await house.entity(identifier, { name });
  await house.parameter('northwind', 'depot', depot);
  await house.parameter('northwind', 'region', { type: 'enum', values: ['north', 'south'], description: 'Where it is.' });

  const erp = await house.credential('northwind', 'ERP');
  const shop = await house.credential('northwind', 'Shop');
  await house.token(erp, { depot: 'AMS-1' });
  await house.token(erp, { depot: 'nowhere' });
  await house.token({ ...erp, secret: shop.secret }, { depot: 'AMS-1' });
  const refused = await (await house.token(erp, { depot: 'AMS-1', scope: 'Everything' })).json();
  await house.admin('POST', `credentials/${shop.clientId}/regenerate`, { grace_seconds: 3600 });

  const locked = await house.credential('locked');
  await house.admin('PATCH', 'entities/locked', { settings: { account_lock: { maximum_attempts: 1 } } });
  await house.token({ ...locked, secret: erp.secret });
  await house.credential('stopped');
  const ahead = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  const planned = await house.credential('ending', 'Planned');
  await house.admin('POST', `credentials/${planned.clientId}/regenerate`, { not_before: ahead(1), grace_seconds: 3600 });
  const near = await house.credential('ending', 'Near');
  await house.admin('POST', `credentials/${near.clientId}/regenerate`, { expires_at: ahead(5) });
  const leaked = await house.credential('ending', 'Leaked');
  await house.reportLeak({ client_secret: leaked.secret, where: 'https://git.example.com/<config>' });
  await house.admin('PATCH', 'entities/stopped', { status: 'disabled' });

  const owner = await house.person('northwind', 'owner');
  const viewer = await house.person('northwind', 'viewer', { name: 'Vic Viewer' });
  const forgetful = await house.person('northwind', 'developer', { name: 'Fay Forgetful' });
  const people = {};
  for (const entity of ['blank', 'locked', 'stopped', 'ending']) people[entity] = await house.person(entity);
  const invitation = await house.invitation('blank', 'new@example.com');
  const joinAgain = await house.invitation('blank', owner.email);
  const setup = house.setupLink();
  return { house, operator, owner, viewer, forgetful, ...people, erp, shop, planned, leaked, refused, invitation, joinAgain, setup };
}

const press = (name) => (page) => page.getByRole('button', { name }).first().click();
const type = (values) => async (page) => {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label).first().fill(value);
};
const steps = (...acts) => async (page) => { for (const act of acts) await act(page); };
const sees = (text) => (page) => page.getByText(text).first().waitFor();

// Each with the path, who opens it, what is done on it, and the refusals that belong to it.
export function entityPages(world) {
  const { erp, shop, planned, leaked } = world;
  const credentials = '/entities/northwind/generate-credentials';
  const token = '/entities/northwind/get-access-token';
  const timeout = '/entities/northwind/token-timeout';
  const nobody = [
    { name: 'sign-in', path: '/sign-in' },
    {
      name: 'sign-in refused', path: '/sign-in', statuses: [401],
      act: steps(type({ 'E-mail': 'who@example.com', Password: 'not the password' }), press('Sign in'), sees('is wrong')),
    },
    { name: 'forgotten password', path: '/forgot' },
    { name: 'set up', path: world.setup },
    {
      name: 'set up refused', path: world.setup, statuses: [422],
      act: steps(type({ 'E-mail': 'a@example.com', 'Your name': 'A', Password: 'short' }), press('Become operator'), sees('Use at least')),
    },
    { name: 'set up used', path: '/setup/pgl_nothing', statuses: [404] },
    { name: 'invitation', path: world.invitation },
    {
      name: 'invitation refused', path: world.invitation, statuses: [422],
      act: steps(type({ 'Your name': 'A', Password: 'short' }), press('Set password'), sees('Use at least')),
    },
    { name: 'invitation of somebody known', path: world.joinAgain },
    { name: 'not found', path: '/nowhere', statuses: [404] },
    { name: 'problem', path: '/problems/invalid-arguments' },
  ];
  const owner = [
    { name: 'account', path: '/account' },
    {
      name: 'account refused', path: '/account', statuses: [422],
      act: steps(type({ 'Your present password': 'wrong', 'New password': 'heron lamp basalt' }), press('Change password'), (page) => page.locator('.err').first().waitFor()),
    },
    { name: 'credentials none', path: '/entities/blank/generate-credentials', as: world.blank },
    { name: 'credentials', path: credentials },
    { name: 'credentials shown', path: credentials, act: steps(press('Show Client Secret'), sees(erp.secret)) },
    { name: 'credentials rotating', path: `${credentials}?credential=${shop.clientId}` },
    { name: 'credentials planned', path: `/entities/ending/generate-credentials?credential=${planned.clientId}`, as: world.ending },
    { name: 'credentials leaked', path: `/entities/ending/generate-credentials?credential=${leaked.clientId}`, as: world.ending },
    { name: 'activity of a leak', path: '/entities/ending/activity', as: world.ending },
    { name: 'credentials locked', path: '/entities/locked/generate-credentials', as: world.locked },
    { name: 'credentials disabled', path: '/entities/stopped/generate-credentials', as: world.stopped },
    { name: 'credentials read only', path: credentials, as: world.viewer },
    { name: 'regenerate dialog', path: `${credentials}?dialog=regenerate` },
    {
      name: 'regenerate dialog refused', path: `${credentials}?dialog=regenerate`, statuses: [422],
      act: steps(type({ 'New secret ends': '2020-01-01T00:00' }), press('Yes, regenerate key'), (page) => page.locator('.err').first().waitFor()),
    },
    { name: 'leak dialog', path: `${credentials}?dialog=leak` },
    { name: 'client authentication', path: `${credentials}/${erp.clientId}/authentication` },
    {
      name: 'client authentication refused', path: `${credentials}/${erp.clientId}/authentication`, statuses: [422],
      act: steps((page) => page.getByText('Signed assertion (private_key_jwt)').click(), press('Update'), (page) => page.locator('.err').first().waitFor()),
    },
    { name: 'add dialog', path: `${credentials}?dialog=add` },
    {
      name: 'add dialog refused', path: `${credentials}?dialog=add`, statuses: [422],
      act: steps(type({ 'Name of the system': ' ' }), press('Generate credentials'), sees('Fill this in')),
    },
    { name: 'revoke dialog', path: `${credentials}?dialog=revoke` },
    { name: 'stop tokens dialog', path: `${credentials}?dialog=void` },
    { name: 'get token none', path: '/entities/blank/get-access-token', as: world.blank },
    { name: 'get token', path: token },
    { name: 'get token schema form', path: `${token}?tab=schema&body=form` },
    { name: 'get token 503 in Java', path: `${token}?response=503&lang=java` },
    { name: 'get token read only', path: token, as: world.viewer },
    { name: 'get token sent', path: token, act: steps(press('Send request'), sees('The token, decoded')) },
    {
      name: 'get token failed', path: token,
      act: steps((page) => page.getByText('Change the values').click(), type({ depot: 'nowhere' }), press('Send request'), sees('Correct one field')),
    },
    { name: 'timeout', path: timeout },
    {
      name: 'timeout refused', path: timeout, statuses: [422],
      act: steps(type({ 'A new token is valid for': '0', 'Addresses or ranges': 'here' }), press('Update'), sees('Enter a whole number')),
    },
    {
      name: 'timeout shuts out', path: timeout, statuses: [409, 422],
      act: steps(type({ 'Addresses or ranges': '203.0.113.0/24' }), press('Update'), sees('Save it anyway')),
    },
    {
      name: 'timeout probed', path: timeout,
      act: steps(type({ 'Test an address': '203.0.113.1' }), (page) => page.getByRole('button', { name: 'Test', exact: true }).click(), sees('may get a token')),
    },
    { name: 'timeout saved', path: timeout, act: steps(press('Update'), sees('Webhook settings updated')) },
    { name: 'timeout cleared', path: `${timeout}?clear=1` },
    { name: 'timeout locked', path: '/entities/locked/token-timeout', as: world.locked },
    { name: 'timeout read only', path: timeout, as: world.viewer },
    { name: 'requests none', path: '/entities/blank/requests', as: world.blank },
    { name: 'requests', path: '/entities/northwind/requests' },
    { name: 'requests nothing matches', path: '/entities/northwind/requests?q=198.51.100.1' },
    { name: 'one request', path: `/entities/northwind/requests?request=${world.refused.request_id}`, act: sees('Request id') },
    { name: 'usage', path: '/entities/northwind/usage' },
    { name: 'usage of 30 days', path: '/entities/northwind/usage?period=30d' },
    { name: 'activity', path: '/entities/northwind/activity' },
    { name: 'people', path: '/entities/northwind/people' },
    { name: 'people read only', path: '/entities/northwind/people', as: world.viewer },
    {
      name: 'people invited', path: '/entities/northwind/people',
      act: steps(type({ 'E-mail': 'guest@example.com' }), press('Send invitation'), sees('is invited')),
    },
    {
      name: 'role dialog', path: '/entities/northwind/people',
      act: steps((page) => page.getByRole('link', { name: /^Change role/ }).first().click(), (page) => page.getByRole('dialog').waitFor()),
    },
    {
      name: 'remove dialog', path: '/entities/northwind/people',
      act: steps((page) => page.getByRole('link', { name: /^Remove/ }).first().click(), (page) => page.getByRole('dialog').waitFor()),
    },
  ];
  // The last of these change what the others show.
  const changing = [
    {
      name: 'credentials regenerated', path: `${credentials}?dialog=regenerate`,
      act: steps(press('Yes, regenerate key'), sees('has been regenerated')),
    },
    {
      name: 'recent password', path: credentials, as: world.forgetful, statuses: [401],
      act: steps((page) => page.getByRole('button', { name: 'Show Client Secret' }).waitFor(), () => world.house.passHourSincePassword(world.forgetful.email), press('Show Client Secret'), sees('Confirm that it is you')),
    },
  ];
  return [...nobody, ...[...owner, ...changing].map((page) => ({ as: world.owner, ...page }))];
}

export function operatorPages(world) {
  const parameters = '/operator/entities/northwind/parameters';
  const operator = [
    { name: 'entities', path: '/operator/entities' },
    { name: 'entities nothing found', path: '/operator/entities?q=nobody' },
    { name: 'create entity', path: '/operator/entities/new' },
    {
      name: 'create entity refused', path: '/operator/entities/new', statuses: [409, 422],
      act: steps(type({ Name: 'Again', Identifier: 'not an identifier' }), press('Create entity'), (page) => page.locator('.err').first().waitFor()),
    },
    { name: 'import entity', path: '/operator/entities/import' },
    {
      name: 'import entity refused', path: '/operator/entities/import', statuses: [400, 422],
      act: steps(type({ Configuration: '{' }), press('Import'), (page) => page.locator('.err').first().waitFor()),
    },
    { name: 'entity', path: '/operator/entities/northwind' },
    { name: 'entities ending', path: '/operator/entities?status=ending' },
    { name: 'entity ending', path: '/operator/entities/ending' },
    { name: 'entity locked', path: '/operator/entities/locked' },
    { name: 'entity disabled', path: '/operator/entities/stopped' },
    { name: 'disable dialog', path: '/operator/entities/northwind?dialog=disable' },
    { name: 'stop tokens of an entity', path: '/operator/entities/northwind?dialog=void' },
    {
      name: 'entity invited', path: '/operator/entities/northwind',
      act: steps(type({ 'E-mail': 'other@example.com' }), press('Send invitation'), sees('Pass this link on')),
    },
    { name: 'parameters', path: parameters },
    { name: 'parameter edited', path: `${parameters}?edit=depot` },
    { name: 'parameter added', path: `${parameters}?add` },
    {
      name: 'parameter refused', path: `${parameters}?add`, statuses: [422],
      act: steps(type({ Name: 'not a name' }), press('Save parameter'), (page) => page.locator('.err').first().waitFor()),
    },
    { name: 'remove parameter dialog', path: `${parameters}?remove=depot` },
    { name: 'preview', path: `${parameters}/preview` },
    { name: 'operator activity', path: '/operator/activity' },
    { name: 'operator activity nothing', path: '/operator/activity?entity=nobody' },
    { name: 'keys', path: '/operator/keys' },
    { name: 'rotate dialog', path: '/operator/keys?dialog=rotate' },
    {
      name: 'withdraw dialog', path: '/operator/keys',
      act: steps((page) => page.getByRole('link', { name: 'Withdraw' }).first().click(), sees('Withdraw a signing key')),
    },
    { name: 'revocation', path: '/operator/revocation' },
    {
      name: 'revocation refused', path: '/operator/revocation', statuses: [422],
      act: steps((page) => page.locator('#token').fill('nonsense'), press('Revoke token'), sees('It is not a token')),
    },
    { name: 'stop all tokens dialog', path: '/operator/revocation?dialog=all' },
    { name: 'operators', path: '/operator/operators' },
    {
      name: 'operator token made', path: '/operator/operators',
      act: steps(type({ Name: 'deploy' }), press('Create operator token'), sees('New operator token')),
    },
    { name: 'health', path: '/operator/health' },
    {
      name: 'viewed as entity', path: '/operator/entities/northwind',
      act: steps(press('View as this entity'), sees('You see this as the people of')),
    },
  ];
  return operator.map((page) => ({ as: world.operator, ...page }));
}

export const allPages = (world) => [...entityPages(world), ...operatorPages(world)];
