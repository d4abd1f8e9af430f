import { Text } from '@mantine/core';
import { Page } from './page.tsx';
import { TextLink } from './text-link.tsx';

export function NotHere() {
  return (
    <Page title="Nothing at this address">
      <Text size="sm">
        The address may be mistyped or of another version. <TextLink to="/">Go to the overview</TextLink>
      </Text>
    </Page>
  );
}
