import { auditDomain, commandDomain } from '@etis/command';
import { controlDomain } from '@etis/control';
import type { Domain } from '@etis/postgres';
import { spineDomain } from '@etis/spine';
import { workersDomain } from '@etis/workers';
import { installations } from './installations.ts';

/** Every domain of this installation: what a server is prepared for. */
export const domains: readonly Domain[] = [
  controlDomain,
  commandDomain,
  spineDomain,
  workersDomain,
  auditDomain,
  ...installations.map(({ domain }) => domain),
];
