/** The name of an event as the platform can search and subscribe to it: words of letters, digits, `_` and `-` with single dots between them. */
const pattern = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
const longest = 200;

/** The text itself where it can be an event's name; null otherwise. */
export function eventType(text: string): string | null {
  return text.length <= longest && pattern.test(text) ? text : null;
}
