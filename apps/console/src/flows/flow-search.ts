/** What narrows the list of events; it stands in the address, so that a search can be sent to somebody. */
export interface FlowSearch {
  readonly text?: string;
  readonly type?: string;
  readonly tenant?: string;
}

const longest = 200;

/** Takes of an address what is a search, and nothing else. */
export function readFlowSearch(search: Readonly<Record<string, unknown>>): FlowSearch {
  const read = (name: keyof FlowSearch) => {
    const value = search[name];
    const text = typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, longest) : '';
    return text === '' ? {} : { [name]: text };
  };
  return { ...read('text'), ...read('type'), ...read('tenant') };
}
