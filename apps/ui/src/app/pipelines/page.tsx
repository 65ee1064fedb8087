export { PipelinesPage as default } from '@/features/pipelines';
