import { randomBytes } from 'node:crypto';
import { createGovernanceStore, createSecrets, type SecretVault } from '@etis/agent';
import type { GovernanceView } from '@etis/contracts/governance';
import { silentLog } from '@etis/kernel';
import { createTestDatabase, type TestDatabase } from '@etis/testing';
import { desksUnderTest } from './api/desks-under-test.ts';
import { declaredUnderTest } from './configuration/declared-under-test.ts';
import { type Control, type ControlOptions, controlDomain, createControl } from './index.ts';
import { createRecord, sourcesUnderTest } from './ports-under-test.ts';

/** The ports of a record in which nothing happened. */
export function emptyPorts(): Pick<ControlOptions, 'spine' | 'operations' | 'sent' | 'sources' | 'command'> {
  const { spine, operations, sent } = createRecord();
  return { spine, operations, sent, sources: sourcesUnderTest, command: desksUnderTest() };
}

export const deployed: Pick<ControlOptions, 'products' | 'clusters'> = {
  products: [
    { id: 'nudge', title: 'Nudge', subscriptions: ['document.*'], configuration: declaredUnderTest },
    { id: 'pulse', title: 'Pulse', subscriptions: ['*'] },
  ],
  clusters: [
    { id: 'nudge-standard', product: 'nudge', tier: 'standard' },
    { id: 'nudge-enterprise', product: 'nudge', tier: 'enterprise' },
    { id: 'pulse-standard', product: 'pulse', tier: 'standard' },
  ],
};

const facts: ControlOptions['facts'] = { version: '0.1.0', startedAt: 0, config: {}, evolution: async () => [], checks: async () => [] };

/** A started control plane on a database of its own. */
export interface ControlUnderTest extends AsyncDisposable {
  readonly control: Control;
  readonly database: TestDatabase;
  readonly vault: SecretVault;
  readonly masterKey: Buffer;
  /** The view in force. */
  view(): GovernanceView;
  /** The version in the database. */
  version(): Promise<number>;
  /** Another control plane on the same database, as another process would be; started, and stopped with this one. */
  another(options?: Partial<ControlOptions>): Promise<{ control: Control; view(): GovernanceView }>;
}

export async function startControl(options: Partial<ControlOptions> = {}): Promise<ControlUnderTest> {
  const masterKey = randomBytes(32);
  const database = await createTestDatabase({ domains: [controlDomain] });
  const started: Control[] = [];

  async function start(overrides: Partial<ControlOptions>): Promise<{ control: Control; vault: SecretVault; view(): GovernanceView }> {
    const store = createGovernanceStore({ log: silentLog });
    const vault = createSecrets({ masterKey });
    const control = createControl({
      db: database.db('control'),
      secrets: vault,
      ...emptyPorts(),
      publish: store.publish,
      log: silentLog,
      clock: { now: () => Date.now() },
      facts,
      pollMs: 20,
      ...deployed,
      ...overrides,
    });
    started.push(control);
    await control.start();
    return { control, vault, view: store.governance.current };
  }

  async function end(): Promise<void> {
    await Promise.all(started.map((control) => control.stop()));
    await database.drop();
  }

  try {
    const { control, vault, view } = await start(options);
    return {
      control,
      database,
      vault,
      masterKey,
      view,
      async version() {
        const [row] = await database.admin('control')<{ version: string }>('select version from governance');
        return Number(row?.version);
      },
      another: (overrides = {}) => start({ ...options, ...overrides }),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
