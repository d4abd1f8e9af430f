import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { readFlowSearch } from './flows/flow-search.ts';
import { Overview } from './overview/overview.tsx';
import { Frame } from './shell/frame.tsx';
import { NotHere } from './shell/not-here.tsx';
import { ProblemNote } from './shell/problem-note.tsx';

/** The addresses of the console. The first view comes with the page, each other one when it is opened. */
export function createConsoleRouter(signOut: () => void) {
  const root = createRootRoute({ component: () => <Frame signOut={signOut} /> });
  const overview = createRoute({ getParentRoute: () => root, path: '/', component: Overview });
  const flows = createRoute({
    getParentRoute: () => root,
    path: '/flows',
    validateSearch: readFlowSearch,
    component: lazyRouteComponent(() => import('./flows/flows.tsx'), 'Flows'),
  });
  const flow = createRoute({
    getParentRoute: () => root,
    path: '/flows/$flow',
    component: lazyRouteComponent(() => import('./flows/flow.tsx'), 'Flow'),
  });
  const tenants = createRoute({
    getParentRoute: () => root,
    path: '/tenants',
    component: lazyRouteComponent(() => import('./tenants/tenants.tsx'), 'Tenants'),
  });
  const tenant = createRoute({
    getParentRoute: () => root,
    path: '/tenants/$tenant',
    component: lazyRouteComponent(() => import('./tenants/tenant.tsx'), 'Tenant'),
  });
  return createRouter({
    routeTree: root.addChildren([overview, flows, flow, tenants, tenant]),
    basepath: '/console',
    defaultPreload: 'intent',
    defaultNotFoundComponent: NotHere,
    defaultErrorComponent: ({ error }) => <ProblemNote error={error} />,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
