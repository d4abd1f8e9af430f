import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';
import classes from './text-link.module.css';

type LinkProps = AnchorProps & Omit<ComponentPropsWithRef<'a'>, keyof AnchorProps>;

function StyledAnchor(props: LinkProps) {
  return <Anchor size="sm" underline="always" className={classes.link} {...props} />;
}

/** A link to another view; its address is checked against the views that there are. */
export const TextLink = createLink(StyledAnchor);
