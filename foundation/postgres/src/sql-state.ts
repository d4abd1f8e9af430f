/** The SQLSTATE that PostgreSQL gave for an error, for example '23505' (unique_violation); undefined where it did not come from the server. */
export function sqlState(error: unknown): string | undefined {
  for (const link of causes(error)) {
    const { code, severity } = link as { code?: unknown; severity?: unknown };
    if (typeof code === 'string' && typeof severity === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return undefined;
}

/** The error and what caused it, outermost first; at most eight links, since a chain may be a circle. */
export function causes(error: unknown): readonly unknown[] {
  const links: unknown[] = [];
  for (let link = error; typeof link === 'object' && link !== null && links.length < 8; link = (link as { cause?: unknown }).cause)
    links.push(link);
  return links;
}
