export { NotFoundPage as default } from '@/features/runs';
