/** `950`, `12.3K`, `4.1M`: a count that fits where there is little room. */
export function short(count: number): string {
  if (count < 10_000) return new Intl.NumberFormat('en').format(Math.round(count));
  return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}

/** `0.25/s`, `12/s`: how many in a second. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  if (perSecond < 0.1) return `${short(perSecond * 60 < 1 ? 1 : perSecond * 60)}/min`;
  return `${perSecond < 10 ? Math.round(perSecond * 10) / 10 : short(perSecond)}/s`;
}

/** `1.4 KB`, `142 MB`. */
export function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, count < 1_000 ? 0 : Math.floor(Math.log10(count) / 3));
  const value = count / 1_000 ** step;
  return `${value < 10 && step > 0 ? Math.round(value * 10) / 10 : Math.round(value)} ${units[step]}`;
}

/** `1 tenant`, `3 tenants`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${short(count)} ${count === 1 ? one : many}`;
}
