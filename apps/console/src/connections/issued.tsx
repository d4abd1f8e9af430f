import type { IssuedSecret } from '@etis/client';
import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';

/** A secret, this once. */
export function Issued({
  of: { connection, secret, handshakeToken, callbackPath },
  close,
}: {
  readonly of: IssuedSecret;
  readonly close: () => void;
}) {
  return (
    <Stack>
      <Alert color="green" variant="light" title={`${connection.id} may send`}>
        <Text size="sm">
          {secret === null
            ? 'Give the other system this address.'
            : 'Give the other system this address and secret. The secret is not shown again.'}
        </Text>
      </Alert>
      <Copied name="Address" text={`${window.location.origin}${callbackPath}`} />
      {secret === null ? null : <Copied name="Secret" text={secret} />}
      {handshakeToken === null ? null : <Copied name="Token for the handshake" text={handshakeToken} />}
      <Button onClick={close}>Done</Button>
    </Stack>
  );
}

function Copied({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code flex={1} p={6} aria-label={name} data-secret={name === 'Secret' ? true : undefined} bg="transparent">
          {text}
        </Code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
    </div>
  );
}
