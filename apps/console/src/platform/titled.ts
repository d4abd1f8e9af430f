/** `nudge-enterprise` is said `Nudge Enterprise` where nothing better is known. */
export function titled(id: string): string {
  return id
    .split(/[-_]/)
    .filter((part) => part !== '')
    .map((part) => part[0]?.toUpperCase() + part.slice(1))
    .join(' ');
}
