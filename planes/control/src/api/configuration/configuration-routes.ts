import type { ApiApp } from '../api-app.ts';
import { configurationChangeRoutes } from './change-routes.ts';
import type { ConfigurationRoutesOptions } from './configuration-options.ts';
import { flagRoutes } from './flag-routes.ts';
import { parameterRoutes } from './parameter-routes.ts';

/** Parameters, flags, and the history of both. */
export function configurationRoutes(app: ApiApp, options: ConfigurationRoutesOptions): void {
  parameterRoutes(app, options);
  flagRoutes(app, options);
  configurationChangeRoutes(app, options);
}
