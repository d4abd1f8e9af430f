import { type Config, parseWhatsAppTokens } from '@etis/kernel';
import type { KindSettings } from '@etis/workers';
import { errors } from '../errors.ts';
import { readPrivate } from '../platform/home.ts';

/** What the settings say about how jobs reach the outside. @throws ETIS_FILE_UNREADABLE, ETIS_FILE_TOO_OPEN, CONFIG_INVALID for the file of tokens */
export async function readKindSettings({ mail, whatsapp, documentsPath, httpAllowPrivate }: Config): Promise<KindSettings> {
  return {
    mail,
    whatsapp:
      whatsapp === null
        ? null
        : { baseUrl: whatsapp.baseUrl, version: whatsapp.version, numbers: numbersOf(await tokensOf(whatsapp.tokens)) },
    documents: documentsPath === null ? null : { store: { kind: 'folder', path: documentsPath } },
    http: { allowPrivate: httpAllowPrivate },
  };
}

async function tokensOf(tokens: Readonly<Record<string, string>> | string): Promise<Readonly<Record<string, string>>> {
  if (typeof tokens !== 'string') return tokens;
  const json = await readPrivate(tokens);
  if (json === null) throw errors.FILE_UNREADABLE(tokens, 'it is not there; ETIS_WHATSAPP_TOKENS names it');
  return parseWhatsAppTokens(json);
}

function numbersOf(tokens: Readonly<Record<string, string>>): Readonly<Record<string, { accessToken: string }>> {
  return Object.fromEntries(Object.entries(tokens).map(([number, accessToken]) => [number, { accessToken }]));
}
