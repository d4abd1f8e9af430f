import { Center, Loader } from '@mantine/core';

/** Something is on its way. */
export function Loading({ height = 120 }: { readonly height?: number }) {
  return (
    <Center mih={height} role="status" aria-label="Loading">
      <Loader size="sm" type="dots" />
    </Center>
  );
}
