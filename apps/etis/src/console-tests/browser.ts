import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromiumPath } from '@etis/testing';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const consoleFolder = resolve(import.meta.dirname, '../../../console');
const pictures = join(consoleFolder, 'pictures');
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A person's browser at one installation's console. Everything that the browser complains of is kept, and is a failure. */
export interface Person {
  readonly page: Page;
  /** Errors of scripts, of the console, and of the content security policy, since the last call. */
  complaints(): readonly string[];
  /** What axe finds wrong with what is shown, one line each. */
  axe(): Promise<readonly string[]>;
  /** Keeps a picture of the whole page under the name, to be looked at. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface Browsing {
  person(options?: BrowserContextOptions): Promise<Person>;
  close(): Promise<void>;
}

/** Builds the console where that is needed, and starts the browser. */
export async function startBrowsing(): Promise<Browsing> {
  await promisify(execFile)(process.execPath, [join(consoleFolder, 'build/main.ts')]);
  await mkdir(pictures, { recursive: true });
  // Chromium as root runs without its sandbox or not at all; it sees nothing here but what the test serves.
  const browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  return { person: (options) => personOf(browser, options), close: () => browser.close() };
}

async function personOf(browser: Browser, options: BrowserContextOptions = {}): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  let heard: string[] = [];
  page.on('pageerror', (error) => void heard.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A refusal that a view shows is no fault of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) heard.push(message.text());
  });
  page.on('dialog', (dialog) => {
    heard.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const script = await readFile(axe, 'utf8');
  return {
    page,
    complaints() {
      const all = heard;
      heard = [];
      return all;
    },
    async axe() {
      await page.evaluate(script);
      const run = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
        violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target.join(' ') + ' ' + failureSummary)))`;
      return (await page.evaluate(run)) as string[];
    },
    async picture(name) {
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    },
    close: () => context.close(),
  };
}
