import { describe, expect, it, vi } from 'vitest';
import { createSession } from './session.ts';

function tab(hash = '', stored: Record<string, string> = {}) {
  const values = new Map(Object.entries(stored));
  const storage = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
  const addresses: string[] = [];
  const history = {
    state: null,
    replaceState: (_state: unknown, _title: string, url?: string | URL | null) => void addresses.push(String(url)),
  };
  const session = createSession({ storage, history, location: { hash, pathname: '/console/flows', search: '?q=1' } });
  return { session, values, addresses };
}

describe('the session', () => {
  it('takes a credential out of the address at once, and keeps it for the tab', () => {
    const { session, values, addresses } = tab('#credential=etis_op_abc-DEF_123');
    expect(session.credential()).toBe('etis_op_abc-DEF_123');
    expect([...values.values()]).toEqual(['etis_op_abc-DEF_123']);
    expect(addresses).toEqual(['/console/flows?q=1']);
  });

  it('takes nothing else for one, and still leaves no trace of the attempt', () => {
    for (const hash of ['#credential=', '#credential=<script>', `#credential=${'x'.repeat(300)}`]) {
      const { session, addresses } = tab(hash);
      expect(session.credential()).toBeNull();
      expect(addresses).toEqual(['/console/flows?q=1']);
    }
    expect(tab('#section').addresses).toEqual([]);
  });

  it('prefers what was just brought to what was kept', () => {
    expect(tab('', { 'etis.credential': 'etis_op_kept' }).session.credential()).toBe('etis_op_kept');
    expect(tab('#credential=etis_op_new', { 'etis.credential': 'etis_op_kept' }).session.credential()).toBe('etis_op_new');
  });

  it('forgets it at the end, and tells whoever listens', () => {
    const { session, values } = tab('#credential=etis_op_abc');
    const told = vi.fn();
    const stop = session.subscribe(told);
    session.end();
    expect([session.credential(), values.size]).toEqual([null, 0]);
    session.begin('etis_op_again');
    stop();
    session.end();
    expect(told).toHaveBeenCalledTimes(2);
  });
});
