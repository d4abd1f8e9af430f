import { ProblemError, UnreachableError } from '@etis/client';
import { Alert, Button, List, Text } from '@mantine/core';

/** Says what went wrong in the platform's own words, and where a way on is known, offers it. */
export function ProblemNote({ error, again }: { readonly error: unknown; readonly again?: () => void }) {
  const { title, text } = wordsOf(error);
  const places = error instanceof ProblemError ? error.errors : [];
  const quote = error instanceof ProblemError ? error.instance : null;
  return (
    <Alert color="red" variant="light" title={title} role="alert">
      <Text size="sm">{text}</Text>
      {places.length === 0 ? null : (
        <List size="sm" mt={4}>
          {places.map(({ pointer, detail }) => (
            <List.Item key={`${pointer} ${detail}`}>
              <b>{pointer.replace(/^\//, '').replaceAll('/', ' › ')}</b>: {detail}
            </List.Item>
          ))}
        </List>
      )}
      {quote === null ? null : (
        <Text size="xs" mt={4}>
          When you ask for help, quote {quote.replace('urn:etis:trace:', 'trace ')}.
        </Text>
      )}
      {again === undefined ? null : (
        <Button mt="xs" size="xs" variant="default" onClick={again}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

function wordsOf(error: unknown): { title: string; text: string } {
  if (error instanceof UnreachableError)
    return { title: 'The platform does not answer', text: 'It may be starting again. What you see may be old.' };
  if (error instanceof ProblemError) return { title: titleOf(error), text: error.message };
  return { title: 'Something went wrong on this page', text: error instanceof Error ? error.message : String(error) };
}

function titleOf({ status, title }: ProblemError): string {
  if (status === 401) return 'This credential is not known';
  if (status === 403) return 'This credential may not do that';
  if (status === 404) return 'That is not here';
  if (status === 409 || status === 412) return 'Somebody was faster, or it does not go together';
  if (status === 503) return 'Not just now';
  return title;
}
