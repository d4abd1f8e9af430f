import type { FlowStep } from '@etis/client';
import { Badge, Paper, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { planes } from '../shell/planes.ts';
import { clockTime, duration } from '../shell/times.ts';
import classes from './flow-timeline.module.css';
import { StepDetail } from './step-detail.tsx';
import { type Outcome, stepWords } from './step-words.ts';
import { useStepNames } from './use-step-names.ts';

const outcomeWords: Readonly<Record<Outcome, { readonly sign: string; readonly words: string }>> = {
  done: { sign: '✓', words: 'done' },
  waiting: { sign: '…', words: 'waiting' },
  failed: { sign: '✕', words: 'failed' },
};

/** The steps of a flow in the order of time; each opens to what it carries. */
export function FlowTimeline({ steps }: { readonly steps: readonly FlowStep[] }) {
  const names = useStepNames();
  const [open, setOpen] = useState<number | null>(null);
  const begun = Date.parse(steps[0]?.at ?? '');
  return (
    <Paper withBorder component="ol" className={classes.steps}>
      {steps.map((step, index) => {
        const { title, detail, plane, outcome } = stepWords(step, names);
        const { sign, words } = outcomeWords[outcome];
        const isOpen = open === index;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added at the end
          <li key={index} className={classes.step} data-outcome={outcome}>
            <UnstyledButton className={classes.line} aria-expanded={isOpen} onClick={() => setOpen(isOpen ? null : index)}>
              <span className={classes.sign} role="img" aria-label={words}>
                {sign}
              </span>
              <span className={classes.time} title={clockTime(step.at)}>
                +{duration(Math.max(0, Date.parse(step.at) - begun))}
              </span>
              <Badge size="sm" variant="light" color={planes[plane].colour} tt="none" className={classes.plane}>
                {planes[plane].title}
              </Badge>
              <span className={classes.words}>
                <b>{title}</b>{' '}
                <Text span size="sm">
                  {detail}
                </Text>
              </span>
            </UnstyledButton>
            {isOpen ? <StepDetail step={step} /> : null}
          </li>
        );
      })}
    </Paper>
  );
}
