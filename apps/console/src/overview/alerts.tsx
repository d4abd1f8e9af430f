import { Alert as Box, Stack, Text } from '@mantine/core';
import { useLook } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { Ago } from '../shell/moment-text.tsx';

/** What the health rules find wrong now. */
export function Alerts() {
  const alerts = useLook({
    of: ['alerts'],
    key: ['alerts', 'open'],
    everyMs: 15_000,
    ask: async (etis, signal) => {
      const { data } = await etis.get('/api/v1/alerts', { params: { query: { open: true, limit: 50 } }, signal });
      return { data: data.alerts };
    },
  });
  return (
    <Answer of={alerts}>
      {(open) =>
        open.length === 0 ? (
          <Text size="sm">✓ Nothing is wrong: no health rule finds anything.</Text>
        ) : (
          <Stack gap="xs">
            {open.map(({ id, severity, text, raisedAt }) => (
              <Box
                key={id}
                color={severity === 'critical' ? 'red' : 'yellow'}
                variant="light"
                title={severity === 'critical' ? 'Critical' : 'Warning'}
              >
                <Text size="sm">
                  {text} · <Ago at={raisedAt} />
                </Text>
              </Box>
            ))}
          </Stack>
        )
      }
    </Answer>
  );
}
