import type { FleetMember } from '@etis/client';
import { Badge, Text } from '@mantine/core';
import { titled } from '../platform/titled.ts';
import { useLook } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { Page } from '../shell/page.tsx';
import { span } from '../shell/times.ts';
import { partTitle } from './part-title.ts';

const states = {
  READY: ['Ready', 'green'],
  STALE: ['Stale', 'yellow'],
  EMPTY: ['Nothing applied', 'red'],
  UNKNOWN: ['Not known', 'gray'],
} as const;

/** Every part that is governed, and how far it is. */
export function Fleet() {
  const fleet = useLook({
    of: ['fleet'],
    key: ['fleet'],
    everyMs: 15_000,
    ask: async (etis, signal) => ({ data: (await etis.get('/api/v1/fleet', { signal })).data.members }),
  });
  return (
    <Page title="Fleet" about="Every part that is governed over a link: what it should hold, and what it holds.">
      <Answer of={fleet} empty="No part has enrolled yet.">
        {(members) => (
          <DataTable
            label="Fleet"
            rows={members}
            keyOf={({ id }) => id}
            columns={[
              { title: 'Part', cell: (member) => <b title={member.id}>{partTitle(member.kind, member.scope)}</b> },
              { title: 'On', cell: ({ id }) => id.split('.').at(-1) ?? id },
              { title: 'State', cell: (member) => <State of={member} /> },
              {
                title: 'Link',
                cell: ({ connected, lastSeenAt }) =>
                  connected ? (
                    'connected'
                  ) : (
                    <>
                      away, seen <Ago at={lastSeenAt} />
                    </>
                  ),
              },
              {
                title: 'Version',
                figure: true,
                cell: ({ acknowledged, desired }) => `${acknowledged?.version ?? 'none'} of ${desired.version}`,
              },
              { title: 'Behind for', figure: true, cell: ({ driftMs }) => (driftMs === 0 ? 'not at all' : span(driftMs)) },
              { title: 'Refused', cell: ({ sections }) => <Refused sections={sections} /> },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

function State({ of: { state, revokedAt } }: { readonly of: FleetMember }) {
  const [label, colour] = revokedAt === null ? states[state] : (['Revoked', 'red'] as const);
  return (
    <Badge size="sm" variant="light" color={colour} tt="none">
      {label}
    </Badge>
  );
}

function Refused({ sections }: Pick<FleetMember, 'sections'>) {
  const refused = Object.entries(sections).flatMap(([name, section]) => (section?.refused ? [`${titled(name)}: ${section.refused}`] : []));
  return refused.length === 0 ? 'nothing' : <Text size="sm">{refused.join('; ')}</Text>;
}
