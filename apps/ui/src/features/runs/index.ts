export { RunsPage } from './RunsPage';
export { HomePage } from './HomePage';
export { NotFoundPage } from './NotFoundPage';
export { EmptyRuns } from './components/EmptyRuns';
export { Pager } from './components/Pager';
export { RunsView } from './components/RunsView';
export { useRunActions } from './hooks/use-run-actions';
export { firstRunSnippet } from './lib/first-run-snippet';
