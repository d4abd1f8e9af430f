import { useComputedColorScheme } from '@mantine/core';
import type { EChartsCoreOption } from 'echarts/core';
import { init } from 'echarts/core';
import { useEffect, useRef } from 'react';
import classes from './chart.module.css';

/**
 * A chart on a canvas. Texts of tenants are drawn, never parsed: its tooltip is drawn on the canvas too, because one in HTML would be markup made of
 * names. Whoever uses it brings the parts of ECharts that the option needs.
 */
export function Chart({ option, label }: { readonly option: EChartsCoreOption; readonly label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = init(element, scheme === 'dark' ? 'dark' : undefined);
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(element);
    chart.setOption({
      backgroundColor: 'transparent',
      animation: false,
      textStyle: { fontFamily: 'system-ui, sans-serif' },
      tooltip: { trigger: 'axis', renderMode: 'richText' },
      aria: { enabled: true },
      ...option,
    });
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [option, scheme]);

  return <div ref={place} className={classes.chart} role="img" aria-label={label} />;
}
