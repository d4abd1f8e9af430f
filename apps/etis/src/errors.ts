import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('ETIS', {
  FILE_EXISTS: {
    kind: 'conflict',
    message: (file: string) => `${file} is there already and stays as it is; name another file.`,
  },
  NOT_ENROLLED: {
    kind: 'setup',
    message: (part: string) =>
      `This process does not know by whom it is governed as ${part}. Make tokens where the platform runs ("etis fleet invite <name> --node <node>"), and start it with them in ETIS_LINK_TOKENS.`,
  },
  RULES_UNREADABLE: {
    kind: 'invalid',
    message: (file: string) => `The rules in ${file} cannot be read: it has to be a file with a JSON list of rules.`,
  },
  NOT_CONFIRMED: {
    kind: 'invalid',
    message: () => 'Nothing was ordered, because it was not confirmed. Answer y, or give --yes.',
  },
  DEMO_REFUSED: {
    kind: 'setup',
    message: (reason: string) =>
      `The demonstration does not start ${reason}: it seeds tenants and secrets of its own. Use "etis up" there.`,
  },
  HOME_UNWRITABLE: {
    kind: 'setup',
    message: (home: string, reason: string) =>
      `The folder ${home} cannot be written (${reason}). Set ETIS_HOME to a folder that you may write, or change its permissions.`,
  },
  FILE_TOO_OPEN: {
    kind: 'setup',
    message: (file: string, mode: string) =>
      `The file ${file} has mode ${mode}, so others could read it. Run "chmod 600 ${file}" and start again.`,
  },
  FILE_UNREADABLE: {
    kind: 'setup',
    message: (file: string, reason: string) => `The file ${file} cannot be used: ${reason}.`,
  },
  DATABASE_NOT_PREPARED: {
    kind: 'setup',
    message: (file: string, domain: string) =>
      `The database is not prepared for this home: ${file} does not say how to reach ${domain}. Run "etis db prepare" with DATABASE_URL and this ETIS_HOME; on another machine, copy the file that it wrote.`,
  },
  ROLE_MISSING: {
    kind: 'setup',
    message: (nodes: string, roles: string) =>
      `It was not said what this process is for. Name either a node with --node (${nodes}) or roles with --role (${roles}), separated by commas.`,
  },
  ROLE_UNKNOWN: {
    kind: 'setup',
    message: (role: string, known: string) => `There is no role "${role}". The roles are ${known}.`,
  },
  NODE_UNKNOWN: {
    kind: 'setup',
    message: (node: string, known: string) => `There is no node "${node}". The nodes are ${known}.`,
  },
  CLUSTER_UNKNOWN: {
    kind: 'setup',
    message: (cluster: string, known: string) => `There is no cluster "${cluster}" in this installation. Its clusters are ${known}.`,
  },
  OPTION_IDLE: {
    kind: 'setup',
    message: (option: string, role: string) =>
      `${option} concerns the role ${role}, which this process does not have. Add the role, or leave the option out.`,
  },
  PLATFORM_URL_OWN: {
    kind: 'setup',
    message: (url: string) =>
      `ETIS_PLATFORM_URL is ${url}, which is this edge itself, so requests would go in a circle. Name the platform process.`,
  },
  DATABASE_URL_MISSING: {
    kind: 'setup',
    message: () => 'There is no DATABASE_URL to prepare. The embedded database needs no preparation: "etis up" does it.',
  },
  CAPABILITY_UNKNOWN: {
    kind: 'setup',
    message: (capability: string, driver: string, known: string) =>
      `etis.config.ts asks for "${driver}" as ${capability}, which this release does not have. It has: ${known}.`,
  },
  REASON_MISSING: { kind: 'invalid', message: () => 'Say why with --reason; it is kept with the record of the action.' },
  NO_HANDLER: { kind: 'invalid', message: (file: string) => `${file} has no default export that can be called with an event.` },
  NOT_CHANGED_OVER: {
    kind: 'unavailable',
    retryable: true,
    message: (transport: string, nodes: string) =>
      `${transport} is chosen, and ${nodes} did not change over in time. Look whether it is at work; it changes over when it is, and the same command goes on watching.`,
  },
  NOT_RUNNING: {
    kind: 'unavailable',
    retryable: true,
    message: (url: string) =>
      `Nothing answers at ${url}. Start the platform with "npm start", or set ETIS_HOME and ETIS_PORT as they were when it was started.`,
  },
  CREDENTIAL_MISSING: {
    kind: 'unauthenticated',
    message: (file: string) =>
      `There is no operator's credential at ${file}. The first "etis up" makes it; set ETIS_HOME to that installation.`,
  },
  REQUEST_REFUSED: {
    kind: 'invalid',
    message: (status: number, detail: string) => `The platform answered ${status}: ${detail}`,
  },
  DEMO_MISSING: {
    kind: 'not-found',
    message: (file: string) => `There is no demonstration in this home (${file} is missing). Start one with "npm start".`,
  },
  DELIVERY_REFUSED: {
    kind: 'unavailable',
    message: (status: number, body: string) => `The platform did not accept the delivery: ${status} ${body}`,
  },
});
