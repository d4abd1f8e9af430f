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
  const map = createRoute({
    getParentRoute: () => root,
    path: '/map',
    component: lazyRouteComponent(() => import('./system-map/system-map.tsx'), 'SystemMap'),
  });
  const directives = createRoute({
    getParentRoute: () => root,
    path: '/directives',
    component: lazyRouteComponent(() => import('./directives/directives.tsx'), 'Directives'),
  });
  const deadLetters = createRoute({
    getParentRoute: () => root,
    path: '/dead-letters',
    component: lazyRouteComponent(() => import('./dead-letters/dead-letters.tsx'), 'DeadLetters'),
  });
  const unmatched = createRoute({
    getParentRoute: () => root,
    path: '/unmatched',
    component: lazyRouteComponent(() => import('./unmatched/unmatched.tsx'), 'UnmatchedView'),
  });
  const jobs = createRoute({
    getParentRoute: () => root,
    path: '/jobs',
    component: lazyRouteComponent(() => import('./jobs/jobs.tsx'), 'Jobs'),
  });
  const sent = createRoute({
    getParentRoute: () => root,
    path: '/sent',
    component: lazyRouteComponent(() => import('./sent/sent.tsx'), 'Sent'),
  });
  const connections = createRoute({
    getParentRoute: () => root,
    path: '/connections',
    component: lazyRouteComponent(() => import('./connections/connections.tsx'), 'Connections'),
  });
  const connection = createRoute({
    getParentRoute: () => root,
    path: '/connections/$connection',
    component: lazyRouteComponent(() => import('./connections/connection.tsx'), 'ConnectionView'),
  });
  const configuration = createRoute({
    getParentRoute: () => root,
    path: '/configuration',
    component: lazyRouteComponent(() => import('./configuration/configuration.tsx'), 'Configuration'),
  });
  const fleet = createRoute({
    getParentRoute: () => root,
    path: '/fleet',
    component: lazyRouteComponent(() => import('./fleet/fleet.tsx'), 'Fleet'),
  });
  const audit = createRoute({
    getParentRoute: () => root,
    path: '/audit',
    component: lazyRouteComponent(() => import('./audit/audit.tsx'), 'Audit'),
  });
  const evolution = createRoute({
    getParentRoute: () => root,
    path: '/evolution',
    component: lazyRouteComponent(() => import('./evolution/evolution.tsx'), 'Evolution'),
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
    routeTree: root.addChildren([
      overview,
      flows,
      map,
      directives,
      deadLetters,
      unmatched,
      jobs,
      sent,
      connections,
      connection,
      configuration,
      fleet,
      audit,
      evolution,
      flow,
      tenants,
      tenant,
    ]),
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
