/** Which methods the listener's paths take, for the answer to one that a path does not take. */
export interface RouteTable {
  add(route: { url: string; method: string | readonly string[] }): void;
  /** The methods of the path in `url`, in alphabetical order; empty where nothing is served there. */
  methodsAt(url: string): readonly string[];
}

/** Knows routes by their pattern: `/hooks/:connection` stands for every text in place of the parameter. */
export function createRouteTable(): RouteTable {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  return {
    add({ url, method }) {
      const pattern = url
        .split('/')
        .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[^\w-]/g, '\\$&')))
        .join('/');
      routes.push({ pattern: new RegExp(`^${pattern}$`), methods: typeof method === 'string' ? [method] : method });
    },
    methodsAt(url) {
      const path = url.split(/[?#]/, 1)[0] ?? '';
      return [...new Set(routes.filter((route) => route.pattern.test(path)).flatMap((route) => route.methods))].sort();
    },
  };
}
