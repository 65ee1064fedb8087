export { RecurringRunsPage } from './RecurringRunsPage';
export { RecurringRunPage } from './RecurringRunPage';
export { WeekStrip } from './components/WeekStrip';
export { NextTimes } from './components/NextTimes';
export { busyHours } from './lib/busy-hours';
