export { NewRunPage as default } from '@/features/new-run';
