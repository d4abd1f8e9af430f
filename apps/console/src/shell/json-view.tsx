import { Text } from '@mantine/core';
import classes from './json-view.module.css';

const longest = 20_000;

/** Data as it is, as text; cut where it is too long to be read. */
export function JsonView({ label, value }: { readonly label: string; readonly value: unknown }) {
  const text = JSON.stringify(value, null, 2) ?? 'nothing';
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by keys */}
      <section className={classes.text} tabIndex={0} aria-label={label}>
        {text.length > longest ? `${text.slice(0, longest)}\n… ${text.length - longest} more characters` : text}
      </section>
    </div>
  );
}
