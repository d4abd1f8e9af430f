import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromiumPath, eventually } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliver, versionAddedBody } from '../demonstration/autodesk-sender.ts';
import { type DemonstrationTenant, demonstrationTenants } from '../demonstration/tenants.ts';
import { createInstallation, type Installation } from '../testing/running-etis.ts';
import { type Browsing, type Person, startBrowsing } from './browser.ts';
import { type RefusingMailbox, startRefusingMailbox } from './refusing-mailbox.ts';

const arbor = demonstrationTenants[0] as DemonstrationTenant;
/** What a tenant could call things, so that somebody else's browser runs it. */
const hostile = `<img src=x onerror="document.title='pwned'"><script>document.title='pwned'</script>`;

let etis: Installation;
let mailbox: RefusingMailbox;
let browsing: Browsing;
let ada: Person;
let token: string;
let flow: string;

const at = (path: string) => `${etis.url}/console${path}`;
const send = async (name: string) =>
  deliver({ url: etis.url, ...(await etis.secret()) }, versionAddedBody({ tenant: arbor, name, version: 3 }));

describe.skipIf(chromiumPath() === null)('the console in a browser', () => {
  beforeAll(async () => {
    mailbox = await startRefusingMailbox();
    etis = await createInstallation({ ETIS_SMTP_URL: mailbox.url, ETIS_MAIL_FROM: 'etis@example.com' });
    browsing = await startBrowsing();
    const running = await etis.up();
    token = (await readFile(join(etis.home, 'credentials', 'operator-token'), 'utf8')).trim();
    expect(running.printed()).toContain(`${etis.url}/console/#credential=${token}`);
    flow = await send(`${hostile}.dwg`);
    ada = await browsing.person();
  });
  afterAll(async () => {
    await browsing?.close();
    await etis?.remove();
    await mailbox?.stop();
  });

  it('lets in whom the platform knows, and keeps the credential out of the address', async () => {
    const { page } = ada;
    await page.goto(`${etis.url}/`);
    await page.getByLabel("Operator's credential").fill('etis_op_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This credential is not known').waitFor();
    expect(await ada.axe()).toEqual([]);
    await ada.picture('sign-in');
    await page.goto(`${at('/')}#credential=${token}`);
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(page.url()).toBe(at('/'));
    expect(ada.complaints()).toEqual([]);
  });

  it('finds a flow by what is in it, and shows what it carries as text', async () => {
    const { page } = ada;
    await page.keyboard.press('/');
    await page.keyboard.type('onerror');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Document version added' }).first().click();
    await page.getByText('Handled', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: /Document version added/ }).click();
    await page.getByText('<img src=x onerror', { exact: false }).first().waitFor();
    expect(await page.title()).toBe('Flow · etiS');
    await page.getByText('Graph').click();
    await page.getByText('Document version added').first().waitFor();
    await ada.picture('flow-graph-light');
    expect(ada.complaints()).toEqual([]);
  });

  it('redrives a dead letter once its cause is gone', async () => {
    const { page } = ada;
    await page.getByRole('link', { name: 'Dead letters' }).click();
    const row = page.getByRole('row').filter({ hasText: 'no such mailbox' });
    await row.waitFor({ timeout: 20_000 });
    await ada.picture('dead-letters-one');
    mailbox.accept();
    await row.getByRole('button', { name: 'Redrive' }).click();
    await page.getByText('It has its attempts back.').waitFor();
    await page.getByText('There are no dead letters.', { exact: false }).waitFor();
    await eventually(() => mailbox.taken.includes(arbor.recipient));
    expect(ada.complaints()).toEqual([]);
  });

  it('kills a tenant, shows the receipts of all parts as they come, and resumes it', async () => {
    const { page } = ada;
    await page.getByRole('link', { name: 'Kill switch' }).click();
    await page.getByRole('combobox', { name: 'Which' }).click();
    await page.getByRole('option', { name: arbor.name }).click();
    await page.getByText(`1 tenant: ${arbor.name}`).waitFor();
    await page.getByLabel('Reason').fill('their system floods us');
    await ada.picture('kill-switch-order');
    await page.getByRole('button', { name: 'Kill now' }).click();
    const order = page.getByRole('article', { name: 'Directive: their system floods us' });
    await order.getByText(/^(\d+) of \1 parts have said that they obey$/).waitFor();
    expect(await ada.axe()).toEqual([]);
    await ada.picture('kill-switch-receipts');
    const stopped = await send('While stopped.dwg');
    await order.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('they mended it');
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Nothing is stopped.').waitFor();
    await page.goto(at(`/flows/${stopped}`));
    await page.getByText('Handled', { exact: true }).first().waitFor();
    expect(ada.complaints()).toEqual([]);
  });

  it('adds a tenant and places it', async () => {
    const { page } = ada;
    await page.getByRole('link', { name: 'Tenants' }).click();
    await page.getByRole('button', { name: 'Add a tenant' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill(hostile);
    await page.getByRole('dialog').getByLabel('Id').fill('hostile');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('heading', { name: hostile }).waitFor();
    await page.getByRole('combobox', { name: 'Product' }).click();
    await page.getByRole('option', { name: 'Nudge' }).click();
    await page.getByRole('combobox', { name: 'Cluster' }).click();
    await page.getByRole('option', { name: 'Nudge Advanced (advanced)' }).click();
    await page.getByRole('button', { name: 'Place' }).click();
    await page.getByRole('table', { name: 'Placements' }).getByText('Nudge Advanced').waitFor();
    expect(ada.complaints()).toEqual([]);
  });

  it('adds a connection, shows its secret once, and then what came in over it', async () => {
    const { page } = ada;
    await page.getByRole('link', { name: 'Connections' }).click();
    await page.getByRole('button', { name: 'Add a connection' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Source' }).click();
    await page.getByRole('option', { name: 'Standard Webhooks' }).click();
    await dialog.getByLabel('Name').fill('billing');
    await dialog.getByRole('combobox', { name: 'Belongs to' }).click();
    await page.getByRole('option', { name: arbor.name }).click();
    await dialog.getByRole('button', { name: 'Add' }).click();
    const secret = (await dialog.locator('[data-secret]').textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('link', { name: 'billing' }).click();
    await page.getByText('Nothing came in over this connection lately.').waitFor();
    expect(await sendSigned('billing', secret)).toBeLessThan(300);
    await page.getByRole('table', { name: 'Deliveries' }).getByText('Routed').waitFor();
    expect(ada.complaints()).toEqual([]);
  });

  describe.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['phone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
  ] as const)('every view in %s', (mode, options) => {
    let person: Person;
    beforeAll(async () => {
      person = await browsing.person(options);
      await person.page.goto(`${at('/')}#credential=${token}`);
      await person.page.getByRole('heading', { name: 'Overview' }).waitFor();
    });
    afterAll(() => person.close());

    it.each([
      ['overview', '/', 'Overview'],
      ['map', '/map', 'System map'],
      ['flows', '/flows', 'Flows'],
      ['flow', '/flows/FLOW', 'Flow'],
      ['kill-switch', '/directives', 'Kill switch'],
      ['dead-letters', '/dead-letters', 'Dead letters'],
      ['unmatched', '/unmatched', 'Unmatched'],
      ['jobs', '/jobs', 'Jobs'],
      ['sent', '/sent', 'Sent log'],
      ['tenants', '/tenants', 'Tenants'],
      ['tenant', `/tenants/${arbor.id}`, arbor.name],
      ['connections', '/connections', 'Connections'],
      ['connection', '/connections/autodesk', 'autodesk'],
      ['configuration', '/configuration', 'Flags and parameters'],
      ['fleet', '/fleet', 'Fleet'],
      ['audit', '/audit', 'Audit'],
      ['evolution', '/evolution', 'Evolution'],
      ['nowhere', '/nowhere', 'Nothing at this address'],
    ])('%s: nothing for axe to find, nothing wider than the window, nothing run that a tenant wrote', async (name, path, title) => {
      const { page } = person;
      await page.goto(at(path.replace('FLOW', flow)));
      await page.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor();
      await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count()).toBe(0);
      expect(await person.axe()).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
      expect([await page.title(), person.complaints()]).toEqual([`${title} · etiS`, []]);
      await person.picture(`${name}-${mode}`);
    });
  });

  it('comes with less than 300 KB of scripts, and the system map and charts are no part of the entry', async () => {
    const bea = await browsing.person();
    const scripts = new Map<string, Promise<number>>();
    bea.page.on('response', (response) => {
      if (response.url().endsWith('.js'))
        scripts.set(
          response.url(),
          response
            .request()
            .sizes()
            .then(({ responseBodySize }) => responseBodySize),
        );
    });
    await bea.page.goto(`${at('/')}#credential=${token}`);
    await bea.page.getByText('Live', { exact: true }).waitFor();
    await bea.page.locator('canvas').waitFor();
    const sizes = await Promise.all(scripts.values());
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(scripts.size).toBeGreaterThan(2);
    expect(total).toBeGreaterThan(50_000);
    expect(total).toBeLessThan(300_000);
    expect([...scripts.keys()].filter((url) => url.includes('diagram'))).toEqual([]);
    await bea.close();
  });

  it('signs out, and is locked then', async () => {
    const { page } = ada;
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel("Operator's credential").waitFor();
    await page.goto(at('/tenants'));
    await page.getByLabel("Operator's credential").waitFor();
  });
});

/** As Standard Webhooks signs: HMAC-SHA256 over id, time and body. */
async function sendSigned(connection: string, secret: string): Promise<number> {
  const [id, time, body] = [
    `msg_${randomUUID()}`,
    `${Math.floor(Date.now() / 1_000)}`,
    JSON.stringify({ type: 'invoice.paid', data: { amount: 3 } }),
  ];
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = `v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`;
  const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature };
  return (await fetch(`${etis.url}/hooks/${connection}`, { method: 'POST', headers, body })).status;
}
