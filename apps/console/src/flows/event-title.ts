/** `document.version.added` is said `Document version added`. */
export function eventTitle(type: string): string {
  const words = type
    .split(/[.\-_]/)
    .filter((word) => word !== '')
    .join(' ');
  return words === '' ? type : (words[0]?.toUpperCase() ?? '') + words.slice(1);
}
