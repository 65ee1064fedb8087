import type { millraceQueries } from '@millrace/api-contract';
import type { ListQuery, Predicate } from '@millrace/database';
import type { z } from 'zod';
import { toListQuery } from '../v2beta1/list-query.mapper.js';

/** The short forms of the runs list as predicates; archived runs are left out unless asked for. */
export function toRunListQuery(wire: z.infer<typeof millraceQueries.listRunsQuery>): ListQuery & { readonly experimentId?: string } {
  const query = toListQuery(wire);
  const filter: Predicate[] = [{ operation: 'EQUALS', key: 'storage_state', value: wire.archived ? 'ARCHIVED' : 'AVAILABLE' }];
  if (wire.states && wire.states.length > 0) filter.push({ operation: 'IN', key: 'state', value: wire.states });
  if (wire.recurring_run_id) filter.push({ operation: 'EQUALS', key: 'recurring_run_id', value: wire.recurring_run_id });
  if (wire.q) filter.push({ operation: 'IS_SUBSTRING', key: 'name', value: wire.q });
  return { ...query, sortBy: query.sortBy ?? 'created_at desc', filter: [...filter, ...(query.filter ?? [])], experimentId: wire.experiment_id };
}

/** The same of the list of recurring runs. */
export function toRecurringRunListQuery(wire: z.infer<typeof millraceQueries.listRecurringRunsQuery>): ListQuery & { readonly experimentId?: string } {
  const query = toListQuery(wire);
  const filter: Predicate[] = [];
  if (wire.enabled !== undefined) filter.push({ operation: 'EQUALS', key: 'status', value: wire.enabled ? 'ENABLED' : 'DISABLED' });
  if (wire.q) filter.push({ operation: 'IS_SUBSTRING', key: 'name', value: wire.q });
  return { ...query, sortBy: query.sortBy ?? 'created_at desc', filter: [...filter, ...(query.filter ?? [])], experimentId: wire.experiment_id };
}
