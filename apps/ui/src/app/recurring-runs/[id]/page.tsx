import { RecurringRunPage } from '@/features/recurring-runs';

/** One page for all: the address tells which. */
export const generateStaticParams = () => [{ id: '_' }];
export const dynamicParams = false;

export default function Page() {
  return <RecurringRunPage />;
}
