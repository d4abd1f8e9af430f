import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('COMMAND', {
  SNAPSHOT_MALFORMED: {
    kind: 'invalid',
    message: (where: string, rule: string) =>
      `A governance snapshot was refused, because ${where} ${rule}. The last good one stays in force; publish one that this release understands.`,
  },
  SNAPSHOT_EXPOSED: {
    kind: 'setup',
    message: (file: string, mode: string) =>
      `The governance snapshot ${file} has mode ${mode}, so others could have changed what governs this process. Delete it and start again; the platform hands out a new one.`,
  },
});
