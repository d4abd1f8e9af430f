import { defineProduct, operation } from '@etis/runtime/sdk';
import { dashboardInput, dashboardKey, deleteDashboard, getDashboard, listDashboards, setDashboard } from './dashboards/dashboards.ts';
import { exportCsv, exportParquet } from './exports/export-query.ts';
import { models } from './model/models.ts';
import { deletePolicy, listPolicies, policyInput, policyKey, setPolicy } from './policies/policies.ts';
import { listDatasets } from './queries/list-datasets.ts';
import { queryInput } from './queries/query-input.ts';
import { runQuery } from './queries/run-query.ts';
import { alertsInput, listAlerts } from './thresholds/list-alerts.ts';
import { deleteThreshold, listThresholds, setThreshold, thresholdInput, thresholdKey } from './thresholds/thresholds.ts';
import { watchThresholds } from './thresholds/watch.ts';

/**
 * Pulse shows a tenant its figures: measures by dimensions and time over its datasets, kept as dashboards, watched by thresholds, exported as CSV
 * or Parquet. A policy says what one who asks may see of them.
 */
export const pulse = defineProduct({
  id: 'pulse',
  title: 'Pulse',
  migrations: new URL('../migrations/', import.meta.url),
  datasets: [...models.keys()],
  handlers: {
    'dataset.published': { when: 'event.data.product == "pulse"', handle: watchThresholds },
  },
  operations: {
    'datasets.list': operation({ run: (_, context) => listDatasets(context) }),
    'query.run': operation({ schema: queryInput, run: runQuery }),
    'query.csv': operation({ schema: queryInput, run: exportCsv }),
    'query.parquet': operation({ schema: queryInput, run: exportParquet }),
    'dashboards.set': operation({ schema: dashboardInput, run: setDashboard }),
    'dashboards.list': operation({ run: (_, context) => listDashboards(context) }),
    'dashboards.get': operation({ schema: dashboardKey, run: getDashboard }),
    'dashboards.delete': operation({ schema: dashboardKey, run: deleteDashboard }),
    'thresholds.set': operation({ schema: thresholdInput, run: setThreshold }),
    'thresholds.list': operation({ run: (_, context) => listThresholds(context) }),
    'thresholds.delete': operation({ schema: thresholdKey, run: deleteThreshold }),
    'alerts.list': operation({ schema: alertsInput, run: listAlerts }),
    'policies.set': operation({ schema: policyInput, run: setPolicy }),
    'policies.list': operation({ run: (_, context) => listPolicies(context) }),
    'policies.delete': operation({ schema: policyKey, run: deletePolicy }),
  },
});
