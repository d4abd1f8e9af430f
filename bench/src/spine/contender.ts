import type { Message } from './message.ts';

/** Something that carries messages durably from who publishes to who handles, with an empty store of its own. */
export interface Contender {
  /** Resolves once all of them are kept. */
  publish(messages: readonly Message[]): Promise<void>;
  /** Hands out messages, each parsed, until the function that it resolves to is called. */
  consume(onMessage: (message: Message) => void): Promise<() => Promise<void>>;
  /** Whether everything that was published was handled, and that is on disk. */
  isSettled(): Promise<boolean>;
  /** Ends it and deletes its store, so that what the server does about it later is nobody else's load. */
  close(): Promise<void>;
}

/** One way to set a contender up; of several the fastest is measured. */
export interface Candidate {
  readonly settings: Readonly<Record<string, unknown>>;
  /** So many messages in one call of `publish`, and so many calls at a time. */
  readonly publishing: { readonly batch: number; readonly atOnce: number };
  open(): Promise<Contender>;
}

export interface Family {
  readonly name: string;
  readonly candidates: readonly Candidate[];
}

/** Opens a contender for the time of one measurement. */
export async function opened<Opened extends Contender, T>(
  open: () => Promise<Opened>,
  measure: (contender: Opened) => Promise<T>,
): Promise<T> {
  const contender = await open();
  try {
    return await measure(contender);
  } finally {
    await contender.close();
  }
}
