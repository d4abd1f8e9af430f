/** Tells the load generator where this contender listens, and ends when it is told to. */
export function announce(port: number, stop: () => Promise<void>): void {
  process.send?.({ port });
  const end = () => {
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('message', end);
  process.once('disconnect', end);
}
