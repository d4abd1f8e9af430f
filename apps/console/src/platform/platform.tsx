import type { Client } from '@etis/client';
import { createContext, use } from 'react';
import type { Live } from './live.ts';

/** What every view works with: the Platform API of the installation that served the page, and its live feed. */
export interface Platform {
  readonly etis: Client;
  readonly live: Live;
}

export const PlatformContext = createContext<Platform | null>(null);

export function usePlatform(): Platform {
  const platform = use(PlatformContext);
  if (platform === null) throw new Error('a view was drawn before anybody signed in');
  return platform;
}
