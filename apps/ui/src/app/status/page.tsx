export { StatusPage as default } from '@/features/status';
