import { errors } from '../errors.ts';
import { type Home, readPrivateJson } from '../platform/home.ts';

/** What the made-up Autodesk application knows: where to post, and the secret token that it signs with. */
export interface DemonstrationSecret {
  readonly connection: string;
  readonly secret: string;
}

/** @throws ETIS_DEMO_MISSING */
export async function readDemonstrationSecret(home: Home): Promise<DemonstrationSecret> {
  const secret = await readPrivateJson<DemonstrationSecret>(home.demonstration);
  if (secret === null) throw errors.DEMO_MISSING(home.demonstration);
  return secret;
}
