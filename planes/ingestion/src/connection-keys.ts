import type { KeyObject } from 'node:crypto';
import type { ConnectionView } from '@etis/contracts/governance';
import type { Log } from '@etis/contracts/log';
import { connectionSecretBinding, type Secrets } from '@etis/contracts/secrets';
import type { Source } from './source.ts';

/** The keys of a connection's live secrets, newest first. */
export type ConnectionKeys = (connection: ConnectionView, source: Source) => readonly KeyObject[];

/**
 * Opens a connection's secrets once per governance view, so that no delivery pays for a decryption, and forgets them with the view.
 * A secret that does not open, or is empty, is logged once and counts as absent.
 */
export function createConnectionKeys(deps: { secrets: Pick<Secrets, 'open'>; log: Log }): ConnectionKeys {
  const opened = new WeakMap<ConnectionView, readonly KeyObject[]>();

  function openAll(connection: ConnectionView, source: Source): readonly KeyObject[] {
    const binding = connectionSecretBinding(connection);
    return connection.secrets.flatMap((sealed, index) => {
      try {
        const secret = deps.secrets.open(sealed, binding);
        if (secret === '') throw new Error('the secret is empty');
        return [source.keyOf(secret)];
      } catch (error) {
        deps.log.error(
          { connection: connection.id, secret: index, err: error },
          'a secret of a connection cannot be used; what it signs is refused',
        );
        return [];
      }
    });
  }

  return (connection, source) => {
    let keys = opened.get(connection);
    if (keys === undefined) {
      keys = openAll(connection, source);
      opened.set(connection, keys);
    }
    return keys;
  };
}
