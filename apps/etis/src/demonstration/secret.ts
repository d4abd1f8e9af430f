import { errors } from '../errors.ts';
import { type Home, readPrivateJson } from '../platform/home.ts';

/** What a made-up sender knows: where to post, and the secret that it signs with. */
export interface DemonstrationSecret {
  readonly connection: string;
  readonly secret: string;
}

/** `file` is the sender's own in the home. @throws ETIS_DEMO_MISSING */
export async function readDemonstrationSecret(file: Home['demonstration' | 'demonstrationWhatsApp']): Promise<DemonstrationSecret> {
  const secret = await readPrivateJson<DemonstrationSecret>(file);
  if (secret === null) throw errors.DEMO_MISSING(file);
  return secret;
}
