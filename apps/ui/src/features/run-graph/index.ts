export { GraphView, type GraphViewProps } from './components/GraphView';
export { buildPipelineGraph, nodesOfRun } from './lib/build-graph';
export { decorateWithState, factOf, lookOfEdge, type NodeLook } from './lib/decorate-with-state';
export { startLayoutEngine } from './lib/place-level';
export { signatureOf, tasksInside, toGraph, type Graph } from './lib/graph';
