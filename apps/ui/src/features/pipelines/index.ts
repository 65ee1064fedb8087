export { PipelinesPage } from './PipelinesPage';
export { PipelinePage } from './PipelinePage';
export { readPipeline, splitSpec } from './lib/read-spec';
