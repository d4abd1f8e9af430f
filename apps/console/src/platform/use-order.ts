import type { Client } from '@etis/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSay } from '../shell/notices.tsx';
import { usePlatform } from './platform.tsx';
import { lookAgain } from './use-look.ts';

/** A header that makes a POST safe to send again. */
export function once(): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': crypto.randomUUID() };
}

/** Something that is to be done: says that it was, and looks again at what it changed. What goes wrong stays with the caller, who shows it. */
export function useOrder<Input, T>(options: {
  readonly run: (etis: Client, input: Input) => Promise<T>;
  readonly changes: readonly string[];
  readonly said?: (result: T, input: Input) => string;
  readonly done?: (result: T, input: Input) => void;
}) {
  const { etis } = usePlatform();
  const queries = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (input: Input) => options.run(etis, input),
    onSuccess(result, input) {
      lookAgain(queries, new Set(options.changes));
      const message = options.said?.(result, input);
      if (message !== undefined) say(message);
      options.done?.(result, input);
    },
  });
}
