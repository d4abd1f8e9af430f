/** A text as SQL writes it, for the few places that take no parameter: paths and names of settings. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
