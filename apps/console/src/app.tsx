import { createClient, ProblemError } from '@etis/client';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { createLive } from './platform/live.ts';
import { PlatformContext } from './platform/platform.tsx';
import { lookAgain } from './platform/use-look.ts';
import { createConsoleRouter } from './router.tsx';
import type { Session } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';
import { Notices } from './shell/notices.tsx';
import { colours, theme } from './shell/theme.ts';

/** The console of the installation that served the page. */
export function App({ session, nonce }: { readonly session: Session; readonly nonce: string }) {
  const credential = useSyncExternalStore(session.subscribe, session.credential);
  const [ended, setEnded] = useState(false);
  const signOut = useCallback(
    (refused: boolean) => {
      setEnded(refused);
      session.end();
    },
    [session],
  );
  return (
    <MantineProvider theme={theme} cssVariablesResolver={colours} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Notices>
        {credential === null ? (
          <SignIn session={session} ended={ended} />
        ) : (
          <Console key={credential} credential={credential} signOut={signOut} />
        )}
      </Notices>
    </MantineProvider>
  );
}

/** One credential's console: everything that was seen with it is forgotten with it. */
function Console({ credential, signOut }: { readonly credential: string; readonly signOut: (refused: boolean) => void }) {
  const made = useMemo(() => {
    const leaveWhenRefused = (error: unknown) => {
      if (error instanceof ProblemError && error.status === 401) signOut(true);
    };
    const etis = createClient({
      url: window.location.origin,
      token: credential,
      translate(error) {
        leaveWhenRefused(error);
        return error;
      },
    });
    const queries = new QueryClient({
      defaultOptions: {
        queries: {
          // What is governed or recorded is looked at again when the live feed says so; every look stands in the audit.
          staleTime: 60_000,
          retry: (failures, error) => failures < 2 && !(error instanceof ProblemError && error.status < 500),
        },
      },
    });
    const live = createLive({ etis, look: (resources) => lookAgain(queries, resources), lost: leaveWhenRefused });
    return { platform: { etis, live }, queries, router: createConsoleRouter(() => signOut(false)) };
  }, [credential, signOut]);

  useEffect(() => {
    made.platform.live.start();
    return () => made.platform.live.stop();
  }, [made]);

  return (
    <PlatformContext value={made.platform}>
      <QueryClientProvider client={made.queries}>
        <RouterProvider router={made.router} />
      </QueryClientProvider>
    </PlatformContext>
  );
}
