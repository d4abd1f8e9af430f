import { CloseButton, Paper, Text } from '@mantine/core';
import { createContext, type PropsWithChildren, use, useCallback, useState } from 'react';
import classes from './notices.module.css';

type Say = (message: string) => void;

const shownMs = 6_000;
const SayContext = createContext<Say>(() => undefined);

/** Says a sentence at the edge of the window for a few seconds, and to screen readers. */
export function useSay(): Say {
  return use(SayContext);
}

export function Notices({ children }: PropsWithChildren) {
  const [notices, setNotices] = useState<readonly { readonly id: string; readonly message: string }[]>([]);
  const drop = useCallback((id: string) => setNotices((all) => all.filter((one) => one.id !== id)), []);
  const say = useCallback<Say>(
    (message) => {
      const id = crypto.randomUUID();
      setNotices((all) => [...all.slice(-2), { id, message }]);
      setTimeout(() => drop(id), shownMs);
    },
    [drop],
  );
  return (
    <SayContext value={say}>
      {children}
      <div className={classes.corner} role="status" aria-live="polite">
        {notices.map(({ id, message }) => (
          <Paper key={id} className={classes.notice} withBorder shadow="md" p="sm">
            <Text size="sm">{message}</Text>
            <CloseButton size="sm" aria-label="Close this message" onClick={() => drop(id)} />
          </Paper>
        ))}
      </div>
    </SayContext>
  );
}
