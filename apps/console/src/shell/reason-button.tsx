import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from './problem-note.tsx';

/** Asks why before something is done that others will want to know the reason of. */
export function ReasonButton({
  label,
  title,
  act,
  danger,
}: {
  readonly label: string;
  readonly title: string;
  readonly act: (reason: string) => Promise<unknown>;
  readonly danger?: boolean;
}) {
  const [opened, { open, close }] = useDisclosure(false);
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await act(reason.trim());
      setReason('');
      close();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Button variant={danger ? 'light' : 'default'} color={danger ? 'red' : 'cobalt'} onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={title}>
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <Textarea
              label="Reason"
              description="It stands in the audit."
              required
              data-autofocus
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            {error === null ? null : <ProblemNote error={error} />}
            <Group justify="end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" color={danger ? 'red' : 'cobalt'} loading={busy} disabled={reason.trim() === ''}>
                {label}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
