import { useEffect, useReducer } from 'react';

/** The time, and a new drawing every few seconds so that what is said of it stays true. */
export function useNow(everyMs = 10_000): number {
  const [, drawAgain] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(drawAgain, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return Date.now();
}
