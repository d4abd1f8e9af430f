import type { FleetMember, Invitation } from '@etis/client';
import type { SubscriberKind } from '@etis/contracts/link';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { identityOf } from '../node/part-identity.ts';
import { type Output, printable, table, terminal } from '../output.ts';
import { partsOf } from '../roles/role.ts';
import { chosenRoles, listOf, nodes, roleNames } from '../roles/role-names.ts';
import { given, printDone, type ShowOptions, showing, whole } from './listing.ts';

interface InviteOptions extends ShowOptions {
  readonly node?: string;
  readonly role?: string;
  readonly cluster?: string;
  readonly kind?: string;
  /** How long the tokens can be used, in seconds. */
  readonly valid?: number;
}

export async function showFleet(config: Config, options: ShowOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/fleet', {});
  if (options.json) {
    output.json(data);
    return;
  }
  const rows = data.members.map((member) => [
    member.id,
    member.revokedAt !== null ? 'revoked' : member.connected ? 'connected' : 'away',
    member.state,
    momentText(member.acknowledged),
    momentText(member.desired),
    member.driftMs === 0 ? '-' : `${Math.ceil(member.driftMs / 1_000)} s`,
    member.lastSeenAt ?? '-',
  ]);
  if (rows.length === 0) output.line('Nobody is enrolled.');
  else output.line(table(['SUBSCRIBER', 'LINK', 'STATE', 'HOLDS', 'SHOULD HOLD', 'DRIFT', 'SEEN'], rows));
  for (const line of data.members.flatMap(refusedLines)) output.line(line);
}

/** Makes a token for each part of a process that governs nothing itself; one line for each. */
export async function inviteNode(config: Config, name: string, options: InviteOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const roles = chosenRoles(options);
  const clusters = options.cluster === undefined ? null : listOf(options.cluster);
  const kinds = options.kind === undefined ? null : listOf(options.kind);
  const invitations: { subscriber: string; kind: SubscriberKind; token: string; expiresAt: string }[] = [];
  for (const part of await partsOf({ roles, clusters, kinds })) {
    const { id, kind, scope } = identityOf(part, name);
    const { data } = await platform.post('/api/v1/fleet/invitations', {
      body: { id, kind, scope, ...given({ validSeconds: options.valid }) },
    });
    const { token, expiresAt }: Invitation = data;
    invitations.push({ subscriber: id, kind, token, expiresAt });
  }
  if (options.json) output.json(invitations);
  else for (const { token } of invitations) output.line(token);
}

export async function revokeSubscriber(config: Config, subscriber: string, options: ShowOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  await platform.post('/api/v1/fleet/{subscriber}/revoke', { params: { path: { subscriber } } });
  printDone(output, options, {
    data: { subscriber },
    sentence: `${subscriber} is let in no more. What it runs goes on; stop the process, or kill by directive.`,
  });
}

function momentText(moment: FleetMember['desired'] | null): string {
  return moment === null || moment.version === 0 ? '-' : `${moment.epoch}.${moment.version}`;
}

function refusedLines({ id, sections }: FleetMember): readonly string[] {
  return Object.entries(sections).flatMap(([section, state]) =>
    state?.refused == null ? [] : [printable(`${id} refused ${section}: ${state.refused}`)],
  );
}

/** `etis fleet show | invite | revoke`. */
export function registerFleet(program: Command): void {
  const fleet = program.command('fleet').description('who is governed, and how far each one is');
  showing(fleet.command('show', { isDefault: true }), 'every subscriber with what it should hold and holds').action(
    (options: ShowOptions) => showFleet(readEnvironment(), options, terminal),
  );
  showing(fleet.command('invite'), 'make tokens for one more process, one line for each part of it; for its ETIS_LINK_TOKENS')
    .argument('<name>', 'how the process is to be known: 1 to 40 characters of a-z, 0-9 and "-"')
    .option('--node <name>', `one of the nodes: ${Object.keys(nodes).join(', ')}`)
    .option('--role <roles>', `or roles, separated by commas: ${roleNames.join(', ')}`)
    .option('--cluster <ids>', 'it hosts only these clusters')
    .option('--kind <kinds>', 'it runs only jobs of these kinds')
    .option('--valid <seconds>', 'how long the tokens can be used; an hour by default', whole)
    .action((name: string, options: InviteOptions) => inviteNode(readEnvironment(), name, options, terminal));
  showing(fleet.command('revoke'), 'end the connections of a subscriber and let it in no more')
    .argument('<subscriber>')
    .action((subscriber: string, options: ShowOptions) => revokeSubscriber(readEnvironment(), subscriber, options, terminal));
}
