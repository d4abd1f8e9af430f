/** The best of what a client takes (RFC 9110, 12.5.3) and the file has; `identity` where nothing else fits. */
export function acceptedEncoding(
  header: string | undefined,
  has: { readonly br: boolean; readonly gzip: boolean },
): 'br' | 'gzip' | 'identity' {
  const taken = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find((found) => found !== undefined);
      return [name.trim(), quality === undefined ? 1 : Number(quality)] as const;
    }),
  );
  const takes = (name: string) => (taken.get(name) ?? taken.get('*') ?? 0) > 0;
  if (has.br && takes('br')) return 'br';
  if (has.gzip && takes('gzip')) return 'gzip';
  return 'identity';
}
