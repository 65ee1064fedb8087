export { ExperimentsPage as default } from '@/features/experiments';
