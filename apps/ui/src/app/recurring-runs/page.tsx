export { RecurringRunsPage as default } from '@/features/recurring-runs';
