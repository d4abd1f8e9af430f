import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Button,
  Group,
  NavLink,
  ScrollArea,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useSyncExternalStore } from 'react';
import { usePlatform } from '../platform/platform.tsx';
import classes from './frame.module.css';
import { navigation } from './navigation.ts';
import { SearchBox } from './search-box.tsx';

/** What stays while views change: where one is, where one can go, the search, and whether what one sees is live. */
export function Frame({ signOut }: { readonly signOut: () => void }) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: closes when the address changes
  useEffect(close, [pathname]);

  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !opened } }} padding="md">
      <AppShell.Header px="md" className={classes.header}>
        <a className={classes.skip} href="#content">
          Skip to content
        </a>
        <Group gap="sm" wrap="nowrap">
          <Burger hiddenFrom="sm" size="sm" opened={opened} onClick={toggle} aria-label="Navigation" aria-expanded={opened} />
          <Text component={Link} to="/" fw={700} fz="lg" className={classes.brand}>
            etiS
          </Text>
        </Group>
        <SearchBox />
        <Group gap="xs" wrap="nowrap">
          <LiveBadge />
          <SchemeButton />
          <Button variant="subtle" color="gray" onClick={signOut} visibleFrom="sm">
            Sign out
          </Button>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Views">
        <ScrollArea>
          {navigation.map(({ group, views }) => (
            <div key={group} className={classes.group}>
              <Text size="xs" c="dimmed" fw={600} px="xs">
                {group}
              </Text>
              {views.map(({ to, title }) => {
                const active = to === '/' ? pathname === '/' : pathname.startsWith(to);
                return (
                  <NavLink
                    key={to}
                    component={Link}
                    to={to}
                    label={title}
                    active={active}
                    aria-current={active ? 'page' : undefined}
                    className={classes.link}
                  />
                );
              })}
            </div>
          ))}
          <Button variant="subtle" color="gray" onClick={signOut} hiddenFrom="sm" fullWidth justify="start">
            Sign out
          </Button>
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function LiveBadge() {
  const { live } = usePlatform();
  const state = useSyncExternalStore(live.subscribe, live.state);
  const [text, colour] = ({ live: ['Live', 'green'], connecting: ['Connecting', 'gray'], away: ['Not live', 'red'] } as const)[state];
  return (
    <Badge variant="dot" color={colour} tt="none" role="status" className={classes.live}>
      {text}
    </Badge>
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={`Use the ${next} theme`}
      title={`Use the ${next} theme`}
      onClick={() => setColorScheme(next)}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
      </svg>
    </ActionIcon>
  );
}
