import '@xyflow/react/dist/style.css';
import { graphlib, layout } from '@dagrejs/dagre';
import { useComputedColorScheme } from '@mantine/core';
import { Background, Controls, type Edge, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react';
import { useMemo } from 'react';
import classes from './diagram.module.css';
import { type Plane, planes } from './planes.ts';

export interface DiagramNode {
  readonly id: string;
  readonly plane: Plane;
  readonly title: string;
  readonly detail: string;
  readonly trouble: boolean;
}

export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string | null;
  /** Drawn, and left out of where things are placed. */
  readonly aside?: boolean;
}

type Box = Node<{ readonly of: DiagramNode }, 'box'>;

const size = { width: 210, height: 74 };
const nodeTypes = { box: BoxView };

/** Boxes in the colours of their planes, laid out from left to right. Can be moved and zoomed, also by keys; edits nothing. */
export function Diagram({
  label,
  nodes,
  edges,
  tall,
}: {
  readonly label: string;
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
  readonly tall?: boolean;
}) {
  const scheme = useComputedColorScheme('light');
  const places = useMemo(
    () =>
      placed(
        nodes.map(({ id }) => id),
        edges,
      ),
    [nodes, edges],
  );
  const boxes = nodes.map(
    (of): Box => ({
      id: of.id,
      type: 'box',
      position: places.get(of.id) ?? { x: 0, y: 0 },
      data: { of },
      width: size.width,
      height: size.height,
      ariaLabel: `${planes[of.plane].title}: ${of.title}. ${of.detail}`,
    }),
  );
  const lines = edges.map(
    ({ from, to, label: text }): Edge => ({
      id: `${from} ${to}`,
      source: from,
      target: to,
      ...(text === null ? {} : { label: text }),
      markerEnd: { type: MarkerType.ArrowClosed },
    }),
  );
  return (
    <section className={classes.frame} data-tall={tall ? true : undefined} aria-label={label}>
      <ReactFlow
        // Begun anew with other boxes, so that all of them are in sight.
        key={nodes.map(({ id }) => id).join()}
        nodes={boxes}
        edges={lines}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        fitView
        minZoom={0.15}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        proOptions={{ hideAttribution: true }}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
}

function BoxView({ data: { of } }: NodeProps<Box>) {
  const { title, colour } = planes[of.plane];
  return (
    <div className={classes.box} data-plane={colour} data-trouble={of.trouble ? true : undefined}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <div className={classes.plane}>{title}</div>
      <div className={classes.title} title={of.title}>
        {of.title}
      </div>
      <div className={classes.detail} title={of.detail}>
        {of.detail}
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

function placed(ids: readonly string[], edges: readonly DiagramEdge[]): ReadonlyMap<string, { x: number; y: number }> {
  const graph = new graphlib.Graph().setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 44 }).setDefaultEdgeLabel(() => ({}));
  for (const id of ids) graph.setNode(id, { ...size });
  for (const { from, to, aside } of edges) if (!aside) graph.setEdge(from, to);
  layout(graph);
  return new Map(
    ids.map((id) => {
      const { x = 0, y = 0 } = graph.node(id) as { x?: number; y?: number };
      return [id, { x: x - size.width / 2, y: y - size.height / 2 }];
    }),
  );
}
