/** What both contenders are asked for. */
export const place = { tenant: 'bench', product: 'nudge', cluster: 'nudge-standard' } as const;
