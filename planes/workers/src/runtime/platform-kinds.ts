/** The modules of the platform's own job kinds. */
export const platformKinds: readonly URL[] = [
  new URL('../kinds/email/email.ts', import.meta.url),
  new URL('../kinds/document/document.ts', import.meta.url),
  new URL('../kinds/whatsapp/whatsapp.ts', import.meta.url),
  new URL('../kinds/whatsapp/reconcile.ts', import.meta.url),
  new URL('../kinds/http/http.ts', import.meta.url),
  new URL('../kinds/timer/timer.ts', import.meta.url),
  new URL('../kinds/script/script.ts', import.meta.url),
];
