export { TaskPanel } from './components/TaskPanel';
export { ValueTable, type ValueRow } from './components/ValueTable';
export { Code } from './components/ContainerTab';
