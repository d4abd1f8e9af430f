import type { MailConfig } from '@etis/kernel';
import type { DocumentSettings } from '../kinds/document/document-settings.ts';
import type { HttpSettings } from '../kinds/http/http-settings.ts';

/** The Graph API as this installation uses it; plain data. */
export interface WhatsAppSettings {
  /** Without a slash at the end, for example `https://graph.facebook.com`. */
  readonly baseUrl: string;
  /** For example `v23.0`. */
  readonly version: string;
  /** By phone_number_id. */
  readonly numbers: Readonly<Record<string, { readonly accessToken: string }>>;
}

/** What the job kinds of this installation need to know, plain data. A kind whose part is null is not leased here. */
export interface KindSettings {
  readonly mail: MailConfig | null;
  readonly whatsapp: WhatsAppSettings | null;
  readonly documents: DocumentSettings | null;
  readonly http: HttpSettings | null;
}
