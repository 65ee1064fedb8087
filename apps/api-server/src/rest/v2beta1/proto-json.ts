type Fields = Readonly<Record<string, unknown>>;

const isZero = (value: unknown) => value === undefined || value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0);

/** A message as protobuf's JSON has it: fields at their zero value are left out. Nested messages are made by their own call. */
export function message<Message extends Fields>(fields: Message): Message {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isZero(value))) as Message;
}

/** A map field: left out when it is empty. */
export function map<Value>(entries: Readonly<Record<string, Value>> | undefined): Record<string, Value> | undefined {
  return entries && Object.keys(entries).length > 0 ? { ...entries } : undefined;
}

/** KFP keeps whole seconds, and shows a time that is not set as the epoch. */
export function time(date: Date | undefined): string {
  return `${new Date(date ?? 0).toISOString().slice(0, 19)}Z`;
}
