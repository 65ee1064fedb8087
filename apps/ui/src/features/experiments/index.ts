export { ExperimentsPage } from './ExperimentsPage';
export { ExperimentPage } from './ExperimentPage';
