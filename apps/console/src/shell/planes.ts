/** The planes of the platform as people see them: one name, one colour (of the theme) everywhere. */
export const planes = {
  edge: { title: 'Edge', colour: 'cyan' },
  ingestion: { title: 'Ingestion', colour: 'teal' },
  spine: { title: 'Spine', colour: 'indigo' },
  clusters: { title: 'Clusters', colour: 'blue' },
  workers: { title: 'Workers', colour: 'orange' },
  transformation: { title: 'Transformation', colour: 'lime' },
  control: { title: 'Control', colour: 'violet' },
  command: { title: 'Command', colour: 'grape' },
} as const;

export type Plane = keyof typeof planes;
