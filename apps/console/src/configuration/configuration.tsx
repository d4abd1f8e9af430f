import type { Flag } from '@etis/client';
import { Badge, Title } from '@mantine/core';
import { ProductName } from '../platform/names.tsx';
import { useList } from '../platform/use-look.ts';
import { once, useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { moreOf } from '../shell/more.ts';
import { Page } from '../shell/page.tsx';
import { ReasonButton } from '../shell/reason-button.tsx';
import { ParameterButton } from './parameter-button.tsx';
import { plainValue } from './plain-value.ts';

const of = ['configuration'];

/** What can be set of products from afar, and who set what. */
export function Configuration() {
  const flags = useList({
    of,
    key: ['flags'],
    ask: (etis, page, signal) => etis.get('/api/v1/flags', { params: { query: page }, signal }),
  });
  const parameters = useList({
    of,
    key: ['parameters'],
    ask: (etis, page, signal) => etis.get('/api/v1/parameters', { params: { query: page }, signal }),
  });
  const changes = useList({
    of,
    key: ['configuration-changes'],
    ask: (etis, page, signal) => etis.get('/api/v1/configuration-changes', { params: { query: page }, signal }),
  });
  return (
    <Page
      title="Flags and parameters"
      about="What products let people set from afar. A change reaches every part over its link; nothing is restarted."
    >
      <Title order={2}>Flags</Title>
      <Answer of={{ ...flags, data: flags.items }} empty="No product declares a flag.">
        {(rows) => (
          <DataTable
            label="Flags"
            rows={rows}
            keyOf={({ key }) => key}
            more={moreOf(flags)}
            columns={[
              { title: 'Flag', cell: ({ key, declaration }) => <Described name={key} text={declaration.description} /> },
              { title: 'Product', cell: ({ declaration }) => <ProductName id={declaration.product} /> },
              { title: 'State', cell: ({ enabled, declaration }) => <FlagState enabled={enabled} off={declaration.off} /> },
              { title: 'Rules', figure: true, cell: ({ rules }) => rules.length },
              { title: 'Else', cell: ({ declaration }) => declaration.default },
              { title: 'Do', cell: (flag) => <FlagSwitch flag={flag} /> },
            ]}
          />
        )}
      </Answer>
      <Title order={2}>Parameters</Title>
      <Answer of={{ ...parameters, data: parameters.items }} empty="No product declares a parameter.">
        {(rows) => (
          <DataTable
            label="Parameters"
            rows={rows}
            keyOf={({ key }) => key}
            more={moreOf(parameters)}
            columns={[
              { title: 'Parameter', cell: ({ key, declaration }) => <Described name={key} text={declaration.description} /> },
              { title: 'Product', cell: ({ declaration }) => <ProductName id={declaration.product} /> },
              { title: 'Default', cell: ({ declaration }) => plainValue(declaration.default) },
              {
                title: 'Set at',
                cell: ({ settings }) => (settings === 0 ? 'no level' : `${settings} ${settings === 1 ? 'level' : 'levels'}`),
              },
              { title: 'Do', cell: (parameter) => <ParameterButton parameter={parameter} /> },
            ]}
          />
        )}
      </Answer>
      <Title order={2}>Changes</Title>
      <Answer of={{ ...changes, data: changes.items }} empty="Nothing was changed yet.">
        {(rows) => (
          <DataTable
            label="Changes of flags and parameters"
            rows={rows}
            keyOf={({ id }) => id}
            more={moreOf(changes)}
            columns={[
              { title: 'What', cell: ({ key }) => key },
              { title: 'Why', cell: ({ reason }) => reason },
              { title: 'When', cell: ({ at }) => <Ago at={at} /> },
              { title: 'Do', cell: ({ id }) => <RollBack change={id} /> },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

function Described({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <>
      <b>{name}</b>
      <br />
      {text}
    </>
  );
}

function FlagState({ enabled, off }: { readonly enabled: boolean; readonly off: string }) {
  return (
    <Badge size="sm" variant="light" color={enabled ? 'green' : 'gray'} tt="none">
      {enabled ? 'On' : `Off: everybody gets "${off}"`}
    </Badge>
  );
}

function FlagSwitch({ flag: { key, enabled } }: { readonly flag: Flag }) {
  const turn = useOrder({
    run: (etis, reason: string) =>
      etis.post(enabled ? '/api/v1/flags/{flag}/disable' : '/api/v1/flags/{flag}/enable', {
        params: { path: { flag: key }, header: once() },
        body: { reason },
      }),
    changes: of,
    said: ({ data }) => `${data.key} is ${data.enabled ? 'on' : 'off'}.`,
  });
  return (
    <ReasonButton
      label={enabled ? 'Turn off' : 'Turn on'}
      title={`Turn ${key} ${enabled ? 'off' : 'on'}`}
      act={(reason) => turn.mutateAsync(reason)}
    />
  );
}

function RollBack({ change }: { readonly change: string }) {
  const back = useOrder({
    run: (etis, reason: string) =>
      etis.post('/api/v1/configuration-changes/{change}/rollback', { params: { path: { change }, header: once() }, body: { reason } }),
    changes: of,
    said: ({ data }) => `${data.key} is what it was before.`,
  });
  return <ReasonButton label="Undo" title="Make it what it was before this change" act={(reason) => back.mutateAsync(reason)} />;
}
