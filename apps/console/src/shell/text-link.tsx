import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type LinkProps = AnchorProps & Omit<ComponentPropsWithRef<'a'>, keyof AnchorProps>;

function StyledAnchor(props: LinkProps) {
  return <Anchor size="sm" {...props} />;
}

/** A link to another view; its address is checked against the views that there are. */
export const TextLink = createLink(StyledAnchor);
