import type { AuditFinding } from '@etis/contracts/audit';

/** What is wrong so far. */
export interface Findings {
  /** Notes it, unless the same was found at the same place before. */
  add(finding: AuditFinding): void;
  /** Whether anything is known to be wrong with the entry. */
  has(chain: string, number: number): boolean;
  /** Whether entries of the chain are known to be missing. */
  lacks(chain: string): boolean;
  list(): readonly AuditFinding[];
}

/** The list ends there; what it says is enough to know that the record cannot be trusted. */
const mostFindings = 500;

export function createFindings(): Findings {
  const found: AuditFinding[] = [];
  const places = new Set<string>();
  const lacking = new Set<string>();
  let more = 0;

  return {
    add(finding) {
      const { chain, number, kind } = finding;
      if (kind === 'removed' || kind === 'truncated') lacking.add(chain);
      const place = number === null ? `${kind} ${chain} ${finding.detail}` : `${chain} ${number}`;
      if (places.has(place)) return;
      if (found.length >= mostFindings) {
        more += 1;
        return;
      }
      places.add(place);
      found.push(finding);
    },
    has: (chain, number) => places.has(`${chain} ${number}`),
    lacks: (chain) => lacking.has(chain),
    list() {
      const last = found.at(-1);
      if (more === 0 || last === undefined) return found;
      return [...found.slice(0, -1), { ...last, detail: `${last.detail} ${more} more findings are not listed.` }];
    },
  };
}
