import { createClient } from '@etis/client';
import { Button, Center, Code, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '../shell/problem-note.tsx';
import type { Session } from './session.ts';

/** Takes the operator's credential, and lets in whom the platform knows. */
export function SignIn({ session, ended }: { readonly session: Session; readonly ended: boolean }) {
  const [credential, setCredential] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function enter(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const token = credential.trim();
      await createClient({ url: window.location.origin, token }).get('/api/v1/status');
      session.begin(token);
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  }

  return (
    <Center mih="100dvh" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <form onSubmit={(event) => void enter(event)}>
          <Stack>
            <Title order={1}>etiS</Title>
            {ended ? <Text size="sm">You were signed out, because the platform no longer takes the credential of this tab.</Text> : null}
            <PasswordInput
              label="Operator's credential"
              description="It stays in this tab and is forgotten when the tab is closed."
              placeholder="etis_op_…"
              autoComplete="off"
              data-autofocus
              autoFocus
              required
              value={credential}
              onChange={(event) => setCredential(event.currentTarget.value)}
            />
            {error === null ? null : <ProblemNote error={error} />}
            <Button type="submit" size="sm" loading={busy}>
              Sign in
            </Button>
            <Text size="xs" c="dimmed">
              The first start prints it. Later it is in <Code>credentials/operator-token</Code> in the installation's folder.
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
