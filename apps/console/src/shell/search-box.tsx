import { Kbd, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import classes from './frame.module.css';

const id = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Finds flows: by the id of a delivery, an event or a job, or by what stands in their events. `/` or Ctrl+K leads here. */
export function SearchBox() {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const navigate = useNavigate();
  useHotkeys([
    ['/', () => field.current?.focus()],
    ['mod+K', () => field.current?.focus()],
  ]);

  function search(event: FormEvent): void {
    event.preventDefault();
    const wanted = text.trim();
    if (id.test(wanted)) void navigate({ to: '/flows/$flow', params: { flow: wanted } });
    else void navigate({ to: '/flows', search: wanted === '' ? {} : { text: wanted } });
  }

  return (
    <search className={classes.search}>
      <form onSubmit={search}>
        <TextInput
          ref={field}
          size="xs"
          type="search"
          aria-label="Search flows"
          placeholder="Search flows"
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          rightSection={
            <Kbd size="xs" aria-hidden="true">
              /
            </Kbd>
          }
        />
      </form>
    </search>
  );
}
