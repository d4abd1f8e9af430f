import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { use as withParts } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { titled } from '../platform/titled.ts';
import { useLook } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { Chart } from '../shell/chart.tsx';
import { perMinute } from './per-minute.ts';
import { workTitle } from './work-title.ts';

withParts([LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, CanvasRenderer]);

const hourMs = 3_600_000;
/** So few points make no line that one sees. */
const few = 4;

/** What was done in the last hour, by minute. */
export function Throughput() {
  const history = useLook({
    of: [],
    key: ['load', 'history'],
    everyMs: 30_000,
    ask: async (etis, signal) => {
      const { data } = await etis.get('/api/v1/load/history', { signal });
      return { data: data.minutes };
    },
  });
  return (
    <Answer of={history} empty="Nothing was done in the last hour.">
      {(minutes) => (
        <Chart
          label="What was done in each minute of the last hour, by kind of work"
          option={{
            grid: { left: 44, right: 12, top: 34, bottom: 24 },
            legend: { type: 'scroll', top: 0 },
            xAxis: { type: 'time', min: Date.now() - hourMs, max: Date.now() },
            yAxis: { type: 'value', minInterval: 1, name: 'in a minute' },
            series: perMinute(minutes).map(({ work, points }) => ({
              type: 'line',
              name: workTitle(work, titled).title,
              data: points.map(([at, done]) => [at, done]),
              showSymbol: points.length < few,
              areaStyle: { opacity: 0.06 },
            })),
          }}
        />
      )}
    </Answer>
  );
}
