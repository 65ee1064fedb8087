export { HomePage as default } from '@/features/runs';
