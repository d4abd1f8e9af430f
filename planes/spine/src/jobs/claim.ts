/** What a claim stands for: one lease of one job. */
export interface Claim {
  readonly id: string;
  readonly lease: number;
}

const claimPattern = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.([1-9]\d{0,8})$/;

export function claimText({ id, lease }: Claim): string {
  return `${id}.${lease}`;
}

/** Undefined for a text that no lease gave. */
export function readClaim(text: string): Claim | undefined {
  const [, id, lease] = claimPattern.exec(text) ?? [];
  return id === undefined ? undefined : { id, lease: Number(lease) };
}
